//! The run itself: a seeded mix of requests, as fast as they are answered, each answer compared with what it has to be.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use gamma_testbed::fixture::{Observed, check};

use crate::{
    http::Arrived,
    http2,
    memory::{Look, vms},
    mix::{Draw, Entry},
    prepared::{BROKEN, WrittenRequest},
    sessions::{Session, Sessions},
    tally::{Ending, SoakTally, cluster},
    world::World,
};

/// What a client remembers of what it has sent.
pub(crate) enum Outstanding {
    /// A request, by the index of its entry.
    Request(usize, Option<Session>),
    /// What is none, by its index.
    Broken(usize),
}

/// Looks at the memory in the course of a run.
const LOOKS: u64 = 100;
/// Of so many requests, some are in the access log, which has one of ten thousand.
const LOGGED: u64 = 150_000;
/// Of so many requests, one is broken.
const BROKEN_ONE_IN: u32 = 500;

/// What a run has come to.
pub(crate) struct Run {
    pub(crate) tally: SoakTally,
    pub(crate) looks: Vec<Look>,
    pub(crate) took: Duration,
    /// Requests that reached each backend, by the name of its cluster, as the backends have counted them.
    pub(crate) received: BTreeMap<String, u64>,
    /// VMs that were made before the first request, and by the end.
    pub(crate) vms_created: (u64, u64),
    /// What Envoy logged of itself meanwhile.
    pub(crate) logged: Vec<String>,
}

impl Run {
    /// Sends `requests` in an order that `seed` decides.
    pub(crate) fn new(
        world: &mut World<Outstanding>,
        entries: &Arc<[Entry]>,
        requests: u64,
        seed: u64,
    ) -> Result<Self> {
        let draw = Draw::new(entries, |entry| !entry.is_http2());
        let http2 = Draw::new(entries, Entry::is_http2);
        let weights = u64::from(draw.weight()) + u64::from(http2.weight());
        let over_http2 = requests * u64::from(http2.weight()) / weights;
        let created = vms(&world.envoy, "created")?;
        let noise = world.envoy.log().lines().count();

        let started = Instant::now();
        let thread = http2::start(world.address, Arc::clone(entries), over_http2, !seed);
        let mut http1 = Http1 {
            entries,
            prepared: entries
                .iter()
                .map(|entry| WrittenRequest::new(&entry.send))
                .collect(),
            rng: fastrand::Rng::with_seed(seed),
            draw,
            sessions: Sessions::default(),
            tally: SoakTally::new(entries.len()),
            received: BTreeMap::new(),
            looks: Vec::new(),
        };
        http1.send(world, requests - over_http2)?;
        while !thread.is_finished() {
            http1.turn(world, Duration::from_millis(20))?;
        }
        let over_http2 = thread.join().ok().context("a panic over HTTP/2")??;
        http1.settle(world)?;
        let took = started.elapsed();

        let Http1 {
            mut tally,
            mut looks,
            mut received,
            ..
        } = http1;
        tally.add(&over_http2);
        looks.push(Look::at(&world.envoy, tally.requests())?);
        for backend in &world.peer.backends {
            received.insert(cluster(&backend.identity), backend.received);
        }
        let log = world.envoy.log();
        // Otherwise nobody would have seen a warning either.
        let is_there = log.lines().any(is_access);
        ensure!(is_there || requests < LOGGED, "the log has no requests");
        let logged = log.lines().skip(noise).filter(|line| !is_access(line));
        Ok(Self {
            tally,
            looks,
            took,
            received,
            vms_created: (created, vms(&world.envoy, "created")?),
            logged: logged.map(str::to_owned).collect(),
        })
    }
}

/// Whether Envoy logged a request, and not something about itself.
fn is_access(line: &str) -> bool {
    line.split_once("] ")
        .is_some_and(|(_, rest)| rest.starts_with('"'))
}

/// What is sent in HTTP/1.1.
struct Http1<'e> {
    entries: &'e [Entry],
    prepared: Vec<WrittenRequest>,
    rng: fastrand::Rng,
    draw: Draw,
    sessions: Sessions,
    tally: SoakTally,
    /// What the backends in HTTP/2 have received and forgotten.
    received: BTreeMap<String, u64>,
    looks: Vec<Look>,
}

impl Http1<'_> {
    fn send(&mut self, world: &mut World<Outstanding>, requests: u64) -> Result<()> {
        let every = (requests / LOOKS).max(1);
        for number in 0..requests {
            if number % every == 0 {
                self.look(world, number)?;
                if (number / every).is_multiple_of(10) {
                    eprintln!("{number} of {requests} requests in HTTP/1.1");
                }
            }
            while !world.peer.has_idle_client() {
                self.turn(world, Duration::from_secs(1))?;
            }
            self.send_one(world)?;
        }
        while world.peer.waiting() > 0 {
            self.turn(world, Duration::from_secs(1))?;
        }
        Ok(())
    }

    fn send_one(&mut self, world: &mut World<Outstanding>) -> Result<()> {
        if self.rng.u32(..BROKEN_ONE_IN) == 0 {
            let index = self.rng.usize(..BROKEN.len());
            return world
                .peer
                .send(BROKEN[index].0, Outstanding::Broken(index), false);
        }
        let mut index = self.draw.draw(&mut self.rng);
        // One at a time goes away.
        while self.entries[index].leaves && world.peer.has_leaving_client() {
            index = self.draw.draw(&mut self.rng);
        }
        let leaves = self.entries[index].leaves;
        let jar = self.entries[index].send.jar.as_deref();
        let session = jar.and_then(|jar| self.sessions.next(jar));
        let line = session.as_ref().map(|session| &*session.line);
        let bytes = self.prepared[index].bytes(line);
        world
            .peer
            .send(&bytes, Outstanding::Request(index, session), leaves)
    }

    /// Handles what has arrived, or what arrives before `wait` is over.
    fn turn(&mut self, world: &mut World<Outstanding>, wait: Duration) -> Result<()> {
        world
            .peer
            .turn(wait, &mut |sent, arrived| match (sent, arrived) {
                (Outstanding::Request(index, session), Some(arrived)) => {
                    self.answered(index, session, &arrived)
                }
                (Outstanding::Request(index, _), None) => {
                    self.tally.count_unanswered(index);
                    Ok(())
                }
                (Outstanding::Broken(index), arrived) => {
                    let (bytes, expected) = BROKEN[index];
                    let status = arrived
                        .filter(|arrived| arrived.closes)
                        .map(|arrived| arrived.response.status);
                    ensure!(
                        status == Some(expected),
                        "{}: {status:?}",
                        bytes.escape_ascii()
                    );
                    *self.tally.broken.entry(expected).or_default() += 1;
                    Ok(())
                }
            })
    }

    fn answered(
        &mut self,
        index: usize,
        session: Option<Session>,
        arrived: &Arrived,
    ) -> Result<()> {
        let entry = &self.entries[index];
        let exchange = &entry.send;
        let observed = Observed::from(&arrived.response);
        let mut findings = check(&exchange.expect, exchange.protocol, &observed);
        let outcome = observed.outcome();
        if !entry.names(&outcome) {
            findings.push(format!("nobody should have answered as {outcome}"));
        }
        let ending = Ending::of(&observed);
        if let (Some(session), answered) = (&session, &ending.cluster)
            && answered.as_ref() != Some(&session.cluster)
        {
            let bound = &session.cluster;
            findings.push(format!("a session with {bound} went to {outcome}"));
        }
        let seen = observed.seen.iter().flat_map(|seen| &seen.headers);
        // Envoy reads where copies go when the request is over, so the backend has to see it.
        let is_alone = exchange.expect.mirrors.is_empty();
        let mut ours = seen.filter(|(name, _)| {
            name.starts_with("x-gamma-") && (is_alone || !name.starts_with("x-gamma-mirror-"))
        });
        if let Some((name, _)) = ours.next() {
            findings.push(format!("the backend got {name}"));
        }
        if entry.leaves {
            findings.push("an answer to a client that went away".into());
        }
        if !exchange.body.is_empty() && arrived.response.echoed()?.body != exchange.body {
            findings.push("the body was changed".into());
        }
        let text = arrived.response.text();
        ensure!(
            findings.is_empty(),
            "{}: {}\n{text}",
            exchange.request,
            findings.join(", ")
        );
        if let (Some(jar), None, Some(cluster)) = (&exchange.jar, &session, &ending.cluster) {
            self.sessions.begin(jar, &arrived.response, cluster);
        }
        let is_drawn = session.is_none();
        self.tally
            .count(index, &exchange.expect.shares, is_drawn, &observed);
        Ok(())
    }

    /// Looks at Envoy's memory, and lets backends forget.
    fn look(&mut self, world: &World<Outstanding>, requests: u64) -> Result<()> {
        self.forget(world);
        self.looks.push(Look::at(&world.envoy, requests)?);
        Ok(())
    }

    fn forget(&mut self, world: &World<Outstanding>) {
        for echo in &world.echoes {
            let received = self.received.entry(cluster(echo.identity())).or_default();
            *received += echo.forget() as u64;
        }
    }

    /// Waits until no request is under way, copies included.
    fn settle(&mut self, world: &mut World<Outstanding>) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // The copies' backends are in this thread.
            self.turn(world, Duration::from_millis(20))?;
            let stats = world
                .envoy
                .admin_get("/stats?filter=(up|down)stream_rq_active")?;
            let values = stats.lines().filter_map(|line| line.rsplit_once(": "));
            // Envoy's admin interface is what is asked.
            let mut others = values.filter(|(name, _)| !name.starts_with("http.admin"));
            if others.all(|(_, value)| value == "0") {
                break;
            }
            ensure!(Instant::now() < deadline, "requests never end:\n{stats}");
        }
        self.forget(world);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_access_log_are_told_from_others() {
        assert!(is_access(
            "[2026-11-30T06:00:00.000Z] \"GET cart/ HTTP/1.1\" 200 - via_upstream"
        ));
        assert!(!is_access(
            "[2026-11-30 06:00:00.000][1][warning][wasm] [source/x.cc:1] wasm log gamma: \"a\""
        ));
    }
}
