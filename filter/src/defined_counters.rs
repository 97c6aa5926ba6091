//! The numbers by which Envoy knows the counters of a VM.
//!
//! Envoy gives a counter another number each time that it is defined, and keeps all of them as long as the VM lives. So a
//! counter is defined once in a VM, however many configurations count by it.

use std::hash::{BuildHasher, RandomState};

/// Counters by the hash of their name, in its order: a name is long, and tens of thousands may have come and gone. The key
/// of the hash is the VM's own, so that nobody can give two counters one hash; a hash map would be another 3 KB of code.
#[derive(Debug, Default)]
pub(crate) struct DefinedCounters {
    state: RandomState,
    numbers: Vec<(u64, u32)>,
}

impl DefinedCounters {
    /// The number of the counter `name`, which `define` gives it the first time; `None` if it can't, and then it is asked
    /// again the next time.
    pub(crate) fn number(
        &mut self,
        name: &str,
        define: impl FnOnce() -> Option<u32>,
    ) -> Option<u32> {
        let hash = self.state.hash_one(name);
        match self.numbers.binary_search_by_key(&hash, |(hash, _)| *hash) {
            Ok(known) => self.numbers.get(known).map(|(_, number)| *number),
            Err(place) => {
                let number = define()?;
                self.numbers.insert(place, (hash, number));
                Some(number)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_defined_once() {
        let mut counters = DefinedCounters::default();
        let numbers = |counters: &mut DefinedCounters, first: u32| -> Vec<u32> {
            let define = |i| move || Some(first + i);
            let names = (0..1000).map(|i| (format!("counter {i}"), define(i)));
            names
                .map(|(name, define)| counters.number(&name, define).unwrap())
                .collect()
        };
        let first: Vec<u32> = (0..1000).collect();
        assert_eq!(numbers(&mut counters, 0), first);
        assert_eq!(numbers(&mut counters, 5000), first);
    }

    #[test]
    fn one_that_could_not_be_defined_is_tried_again() {
        let mut counters = DefinedCounters::default();
        assert_eq!(counters.number("a", || None), None);
        assert_eq!(counters.number("a", || Some(7)), Some(7));
        assert_eq!(counters.number("a", || unreachable!()), Some(7));
    }
}
