//! How Envoy is ended without a request that fails.

use std::{
    env, thread,
    time::{Duration, Instant},
};

use crate::{
    admin,
    program::{PATIENCE, POLL, Program},
    told::Told,
};

/// Docker kills what has not ended after ten seconds.
const LONGEST: Duration = Duration::from_secs(8);
/// A load balancer may open connections until it has asked for the health once more.
const QUIET: Duration = Duration::from_secs(1);

/// Lets clients go, then ends Envoy: when no connection has been open for a second, when the time is over, or when
/// somebody asks a second time.
pub(crate) fn drain(told: &Told, envoy: &mut Program) {
    let longest = longest();
    println!("draining: for {} s at most", longest.as_secs());
    let begin = Instant::now();
    let mut quiet = Quiet::default();
    let mut has_failed = false;
    while begin.elapsed() < longest && told.times() < 2 && envoy.ended().is_none() {
        // Its main thread may be busy: it is asked until it has answered once.
        has_failed = has_failed || admin::fail_health_checks().is_ok();
        if quiet.has_lasted(admin::connections().ok(), Instant::now()) {
            break;
        }
        thread::sleep(POLL);
    }
    match admin::connections() {
        Ok(0) => println!("drained in {} ms", begin.elapsed().as_millis()),
        Ok(open) => println!("{open} connections are still open"),
        Err(error) => println!("Envoy's admin interface gives no answer: {error}"),
    }
    envoy.end(PATIENCE);
}

/// `$GAMMA_DRAIN_SECONDS`, if it is a number.
fn longest() -> Duration {
    let given = env::var("GAMMA_DRAIN_SECONDS").ok();
    let seconds = given.and_then(|text| text.parse().ok());
    seconds.map_or(LONGEST, Duration::from_secs)
}

/// Since when no connection has been open.
#[derive(Default)]
struct Quiet(Option<Instant>);

impl Quiet {
    /// `connections` is `None` where nobody knows.
    fn has_lasted(&mut self, connections: Option<u64>, now: Instant) -> bool {
        self.0 = match connections {
            Some(0) => Some(self.0.unwrap_or(now)),
            _ => None,
        };
        self.0
            .is_some_and(|since| now.duration_since(since) >= QUIET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_is_a_second_without_a_connection() {
        let begin = Instant::now();
        let mut quiet = Quiet::default();
        // Milliseconds, connections, whether it has lasted.
        for (at, connections, expected) in [
            (0, Some(1), false),
            (100, Some(0), false),
            (1000, Some(0), false),
            (1050, None, false),
            (1200, Some(0), false),
            (2100, Some(0), false),
            (2200, Some(0), true),
        ] {
            let now = begin + Duration::from_millis(at);
            assert_eq!(quiet.has_lasted(connections, now), expected, "{at}");
        }
    }
}
