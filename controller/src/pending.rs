//! When the next round is due, after which changes and failures.

use std::time::{Duration, Instant};

/// A change is waited for so long whether another one follows it …
const QUIET: Duration = Duration::from_millis(5);
/// … and no longer than this, however many follow.
const STORM: Duration = Duration::from_millis(100);
/// The first wait after a failure; twice as long after each other one …
const RETRY: Duration = Duration::from_secs(1);
/// … up to this.
const LONGEST_RETRY: Duration = Duration::from_secs(30);
/// How often everything is applied again, in case somebody else has changed or deleted it.
const RESYNC: Duration = Duration::from_secs(60);

/// When the next round is due.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// The first change that no round has taken yet, and the last.
    changes: Option<(Instant, Instant)>,
    failure: Option<Failure>,
    /// When everything was applied last, whether it was other than before or not.
    complete: Option<Instant>,
    /// Whether everything is to be.
    pub(crate) whole: bool,
}

/// A round that failed, and perhaps others before it.
#[derive(Debug, Clone, Copy)]
struct Failure {
    /// The first change that was not applied.
    first: Option<Instant>,
    at: Instant,
    pause: Duration,
}

impl Pending {
    pub(crate) fn change(&mut self, now: Instant) {
        let first = self.changes.map_or(now, |(first, _)| first);
        self.changes = Some((first, now));
    }

    pub(crate) fn due(&self) -> Option<Instant> {
        let changes = self
            .changes
            .map(|(first, last)| (last + QUIET).min(first + STORM));
        let resync = self.complete.map(|complete| complete + RESYNC);
        match (changes, self.failure) {
            // It may be what was wrong that has changed.
            (Some(changes), Some(failure)) => Some(changes.max(failure.at + RETRY)),
            (None, Some(failure)) => Some(failure.at + failure.pause),
            (Some(changes), None) => Some(changes),
            (None, None) => resync,
        }
    }

    /// Whether a round that begins now applies everything.
    pub(crate) fn is_whole(&self, now: Instant) -> bool {
        self.whole
            || self
                .complete
                .is_none_or(|complete| now >= complete + RESYNC)
    }

    /// A round takes the changes: when the first of them was, if there are any.
    pub(crate) fn take(&mut self) -> Option<Instant> {
        let first = self.changes.take().map(|(first, _)| first);
        self.failure.and_then(|failure| failure.first).or(first)
    }

    /// That round has failed.
    pub(crate) fn failed(&mut self, first: Option<Instant>, now: Instant) {
        let pause = self.failure.map_or(RETRY, |failure| failure.pause * 2);
        self.failure = Some(Failure {
            first,
            at: now,
            pause: pause.min(LONGEST_RETRY),
        });
    }

    /// That round has not; if everything was applied, with when it began.
    pub(crate) fn succeeded(&mut self, complete: Option<Instant>) {
        self.failure = None;
        if complete.is_some() {
            self.complete = complete;
            self.whole = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn a_change_is_due_at_once_and_a_storm_soon() {
        let mut pending = Pending::default();
        let begin = Instant::now();
        assert_eq!(pending.due(), None);
        pending.change(begin);
        assert_eq!(pending.due(), Some(begin + QUIET));
        for number in 0..1000 {
            pending.change(begin + number * MILLI);
        }
        assert_eq!(pending.due(), Some(begin + STORM));
        assert_eq!(pending.take(), Some(begin));
        assert!(pending.is_whole(begin));
        pending.succeeded(Some(begin));
        assert_eq!(pending.due(), Some(begin + RESYNC));
        // However much changes, everything is applied again now and then.
        pending.change(begin + RESYNC);
        pending.succeeded(None);
        assert!(!pending.is_whole(begin + STORM) && pending.is_whole(begin + RESYNC));
    }

    #[test]
    fn failures_wait_longer_and_longer_but_a_change_does_not() {
        let mut pending = Pending::default();
        let begin = Instant::now();
        pending.change(begin);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            assert_eq!(pending.take(), Some(begin));
            pending.failed(Some(begin), begin);
            pauses.push(pending.due().unwrap() - begin);
        }
        let seconds: Vec<u64> = pauses.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30, 30]);
        pending.change(begin + MILLI);
        assert_eq!(pending.due(), Some(begin + RETRY));
        // What failed first is what the latency counts from.
        assert_eq!(pending.take(), Some(begin));
    }
}
