//! How much is measured: all of it, or just enough to see that it works.

use std::time::Duration;

/// What to measure.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Numbers of routes.
    pub(crate) sizes: &'static [usize],
    /// Routes of the configs with which features are measured.
    pub(crate) feature_routes: usize,
    /// Rounds of CPU measurements. In each, every variant has its turn.
    pub(crate) rounds: usize,
    /// Length of a turn.
    pub(crate) turn: Duration,
    /// The same for latencies.
    pub(crate) latency_rounds: usize,
    pub(crate) latency_turn: Duration,
    /// How often every variant is started.
    pub(crate) starts: usize,
}

impl Plan {
    /// Requests per second while latencies are measured: about half of what the slowest variant can
    /// bear, so that none is measured in its queue.
    pub(crate) const RATE: u32 = 2_000;

    pub(crate) const FULL: Self = Self {
        sizes: &[10, 100, 1_000, 10_000],
        feature_routes: 100,
        rounds: 11,
        turn: Duration::from_millis(500),
        latency_rounds: 5,
        latency_turn: Duration::from_millis(1_000),
        starts: 3,
    };

    pub(crate) const QUICK: Self = Self {
        sizes: &[10, 100],
        feature_routes: 10,
        rounds: 2,
        turn: Duration::from_millis(50),
        latency_rounds: 1,
        latency_turn: Duration::from_millis(50),
        starts: 1,
    };
}
