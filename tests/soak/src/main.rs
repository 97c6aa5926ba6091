//! `make soak`: millions of requests over all that the filter does, through a real Envoy, and nothing left over.
//!
//! ```text
//! gamma-soak REQUESTS FILE     sends so many requests, and writes the report
//! gamma-soak REQUESTS          prints it
//! ```
//!
//! - [`mod@mix`] has the requests, which are data, and [`mod@prepared`] writes them down;
//! - [`mod@peer`] is clients and backends, [`mod@http`] what they read, [`mod@backend`] what a backend answers,
//!   [`mod@sessions`] what a client keeps, [`mod@http2`] another client; [`mod@world`] is all of that around an Envoy;
//! - [`mod@soak`] is the run, [`mod@tally`] what was answered, [`mod@memory`] what Envoy took meanwhile;
//! - [`mod@verdict`] compares: [`mod@counters`] has what every counter has to be, [`mod@shares`] how far draws may be off,
//!   [`mod@flat`] what growth is; [`mod@report`] says it.

#![forbid(unsafe_code)]

mod backend;
mod counters;
mod flat;
mod http;
mod http2;
mod memory;
mod mix;
mod peer;
mod prepared;
mod report;
mod sessions;
mod shares;
mod soak;
mod tally;
mod verdict;
mod world;

use std::{fs, process::ExitCode, sync::Arc};

use anyhow::{Result, ensure};
use mix::Entry;
use soak::Run;
use verdict::SoakVerdict;
use world::World;

/// Decides the order of the requests. The filter draws by numbers of its own.
const SEED: u64 = 20_261_130;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (requests, file) = match &arguments[..] {
        [requests] => (requests, None),
        [requests, file] => (requests, Some(file)),
        _ => return usage(),
    };
    let Ok(requests) = requests.parse() else {
        return usage();
    };
    match run(requests, file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: gamma-soak REQUESTS [FILE]");
    ExitCode::from(2)
}

fn run(requests: u64, file: Option<&String>) -> Result<()> {
    /// So that every entry is sent often enough, and there is something to draw a line through.
    const FEWEST: u64 = 50_000;
    ensure!(requests >= FEWEST, "too few requests: {FEWEST} at least");
    let (entries, routes) = mix::load()?;
    let entries: Arc<[Entry]> = entries.into();
    let mut world = World::new(&routes)?;
    let run = Run::new(&mut world, &entries, requests, SEED)?;
    let verdict = SoakVerdict::new(&entries, &run, &world.envoy)?;
    let text = report::markdown(&entries, &run, &verdict)?;
    println!("{text}");
    let violations = &verdict.violations;
    ensure!(
        violations.is_empty(),
        "not as promised:\n  {}",
        violations.join("\n  ")
    );
    if let Some(file) = file {
        fs::write(file, text)?;
    }
    Ok(())
}
