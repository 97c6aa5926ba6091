//! How much is measured: all of it, or just enough to see that it works.

use std::time::Duration;

use crate::instructions::{ALL, CountCase, HELD};

/// What to measure.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Numbers of routes.
    pub(crate) sizes: &'static [usize],
    /// Routes of the configs with which features are measured.
    pub(crate) feature_routes: usize,
    /// How often every variant is started afresh: its processes differ more than its rounds.
    pub(crate) processes: usize,
    /// The same for the configs with which features are measured.
    pub(crate) feature_processes: usize,
    /// Rounds of CPU measurements for each process. In each, every variant has its turn.
    pub(crate) rounds: usize,
    /// Length of a turn.
    pub(crate) turn: Duration,
    /// Whose instructions are counted, in how many processes, and of how many requests to each of them.
    pub(crate) counted: &'static [CountCase],
    pub(crate) counted_processes: usize,
    pub(crate) counted_requests: usize,
    /// Of the one turn in which the latencies of a process are measured.
    pub(crate) latency_turn: Duration,
}

impl Plan {
    /// Requests per second while latencies are measured: about half of what the slowest variant can
    /// bear, so that none is measured in its queue.
    pub(crate) const RATE: u32 = 2_000;

    pub(crate) const FULL: Self = Self {
        sizes: &[10, 100, 1_000, 10_000],
        feature_routes: 100,
        processes: 12,
        feature_processes: 12,
        rounds: 2,
        turn: Duration::from_millis(200),
        counted: &ALL,
        counted_processes: 1,
        counted_requests: 4,
        latency_turn: Duration::from_millis(400),
    };

    pub(crate) const QUICK: Self = Self {
        sizes: &[10, 100],
        feature_routes: 10,
        processes: 1,
        feature_processes: 1,
        rounds: 2,
        turn: Duration::from_millis(50),
        counted: &HELD,
        counted_processes: 2,
        counted_requests: 2,
        latency_turn: Duration::from_millis(50),
    };
}
