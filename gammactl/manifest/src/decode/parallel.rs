//! Decodes documents on several threads: parsing YAML is most of what `gammactl` does.

use std::{num::NonZero, panic, thread};

/// Fewer items are not worth a thread.
const WORTH_A_THREAD: usize = 64;

/// What `work` makes of consecutive parts of `items`, in their order.
pub(super) fn map_chunks<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let chunk = items.len().div_ceil(threads).max(WORTH_A_THREAD);
    if items.len() <= chunk {
        return vec![work(items)];
    }
    let work = &work;
    thread::scope(|scope| {
        let handles: Vec<_> = items
            .chunks(chunk)
            .map(|chunk| scope.spawn(move || work(chunk)))
            .collect();
        handles
            .into_iter()
            .map(|handle| {
                handle
                    .join()
                    .unwrap_or_else(|payload| panic::resume_unwind(payload))
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_in_order() {
        let items: Vec<usize> = (0..10 * WORTH_A_THREAD).collect();
        let parts = map_chunks(&items, <[usize]>::to_vec);
        assert_eq!(parts.concat(), items);
        assert_eq!(map_chunks(&[], <[usize]>::len), [0]);
    }
}
