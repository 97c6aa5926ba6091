//! Times something that takes less than a clock can tell.

use std::time::{Duration, Instant};

/// Until caches and branch predictors know the work.
const WARM_UP: Duration = Duration::from_millis(5);
/// Long enough for any clock, short enough not to be interrupted often.
const BATCH: Duration = Duration::from_micros(500);
const BATCHES: usize = 41;

/// The median, in nanoseconds, of what one call of `work` takes.
pub(crate) fn nanos(mut work: impl FnMut()) -> f64 {
    let mut batch = |calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed()
    };
    let warm = Instant::now() + WARM_UP;
    while Instant::now() < warm {
        batch(1);
    }
    let mut calls = 1;
    while batch(calls) < BATCH {
        calls *= 2;
    }
    let mut each: Vec<f64> = (0..BATCHES)
        .map(|_| batch(calls).as_secs_f64() * 1e9 / f64::from(calls))
        .collect();
    each.sort_by(f64::total_cmp);
    each[BATCHES / 2]
}
