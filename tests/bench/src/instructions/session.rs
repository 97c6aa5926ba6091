//! An Envoy whose worker is single-stepped while it is asked.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use gamma_bench::process;
use gamma_testbed::envoy::{Bootstrap, Envoy, Options};
use serde_json::Value;

use super::{cases::CountSetup, tally::InstructionCounts, trace};
use crate::peer::{Clients, Peer};

/// Requests before those that are counted: V8 replaces what it calls a module by when that has been called a thousand
/// times, and Envoy opens its connections to backends.
const WARM: usize = 3_000;
/// Twenty times as many instructions as a request takes.
const INSTRUCTIONS: u64 = 5_000_000;
/// Ten times as long as the dearest setup takes on a machine with nothing else to do.
const TIME: Duration = Duration::from_secs(600);

/// What each of a setup's counted requests takes.
///
/// # Errors
///
/// Envoy does not start, an answer is wrong, a limit is exceeded, or tracing fails.
pub(super) fn count(setup: &CountSetup, peer: &mut Peer) -> Result<Vec<InstructionCounts>> {
    process::anywhere()?;
    let text = setup.bootstrap.to_string();
    let envoy = Envoy::start(Bootstrap::Text(&text), &Options::default())?;
    let listener = setup
        .bootstrap
        .pointer("/static_resources/listeners/0/name")
        .and_then(Value::as_str)
        .context("the bootstrap has no listener")?;
    let clients = peer.connect(envoy.listener(listener)?, 1)?;
    for _ in 0..WARM.div_ceil(setup.requests.len()) {
        peer.ask_all(&clients, &setup.requests)?;
    }
    process::part(envoy.pid())?;

    let (tell, told) = channel();
    let (pid, worker) = (envoy.pid(), process::worker(envoy.pid())?);
    let tracer = thread::spawn(move || follow(pid, worker, &tell));
    peer.wait_for(TIME);
    let counts = ask(setup, peer, &clients, &told);
    peer.wait_for(Peer::PATIENCE);
    peer.disconnect(clients);
    // No Envoy survives that its worker is let go. It ends only when the tracer has seen the worker's end.
    drop(envoy);
    let traced = tracer.join().map_err(|_| anyhow!("the tracer panicked"))?;
    process::anywhere()?;
    // Its error is the reason why an answer is missing.
    traced.context("single-stepping Envoy's worker")?;
    counts
}

fn follow(process: u32, worker: i32, tell: &Sender<Option<InstructionCounts>>) -> Result<()> {
    // It and the worker take turns: on one core, none waits for the other to wake up.
    process::anywhere()?;
    process::beside_envoy()?;
    trace::follow(
        process,
        worker,
        INSTRUCTIONS,
        Instant::now() + TIME,
        |counts| {
            // Nobody listens any more when the last request has been counted.
            let _ = tell.send(counts);
        },
    )
}

fn ask(
    setup: &CountSetup,
    peer: &mut Peer,
    clients: &Clients,
    told: &Receiver<Option<InstructionCounts>>,
) -> Result<Vec<InstructionCounts>> {
    told.recv_timeout(TIME)
        .context("Envoy's worker is never idle")?;
    let mut counts = Vec::new();
    for &i in &setup.counted {
        peer.ask_all(clients, &setup.requests[i..=i])?;
        let counted = told.recv_timeout(TIME)?;
        counts.push(counted.context("a request was not counted")?);
    }
    Ok(counts)
}
