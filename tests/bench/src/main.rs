//! `make bench`: Gamma beside other ways to route, in a real Envoy.
//!
//! ```text
//! gamma-bench DIRECTORY                   measures everything; writes results.md, cpu.svg and instructions.md there
//!                                         (15 minutes)
//! gamma-bench --instructions DIRECTORY    counts instructions only; writes instructions.md there
//! gamma-bench --quick                     little of everything, printed: whether it works, not what it costs; fails
//!                                         if a request takes more instructions than is let pass
//! ```
//!
//! - [`mod@bootstrap`] has the variants, [`mod@routes`] the routes and requests that all of them get;
//! - [`mod@peer`] is client and backends, [`mod@http`] what they say to Envoy, [`mod@subject`] an Envoy that is measured, [`process`]
//!   what it takes of the machine;
//! - [`mod@series`] starts Envoys again and again, [`mod@samples`] and [`mod@statistics`] are what
//!   their numbers come to;
//! - [`mod@comparison`], [`mod@features`] and [`mod@offline`] are what is measured, [`mod@plan`] how
//!   much of it;
//! - [`mod@results`] is all of it; [`mod@report`], [`mod@targets`] with [`mod@verdict`] and [`mod@plot`] say it, in
//!   [`mod@numbers`];
//! - [`mod@instructions`] counts instead of timing.

#![forbid(unsafe_code)]

mod bootstrap;
mod comparison;
mod features;
mod http;
mod instructions;
mod numbers;
mod offline;
mod peer;
mod plan;
mod plot;
mod report;
mod results;
mod routes;
mod samples;
mod series;
mod statistics;
mod subject;
mod targets;
mod verdict;

use std::{fs, path::Path, process::ExitCode};

use anyhow::Result;
use comparison::Comparison;
use gamma_bench::{machine, process};
use instructions::{Instructions, bounds, can_count, page};
use offline::Offline;
use peer::Peer;
use plan::Plan;
use results::Results;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["--quick"] => quick(),
        ["--instructions", directory] => instructions(&Plan::FULL, Path::new(directory)),
        [directory] if !directory.starts_with('-') => full(Path::new(directory)),
        _ => {
            eprintln!(
                "usage: gamma-bench DIRECTORY | gamma-bench --instructions DIRECTORY | gamma-bench --quick"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Counts are held to their bounds even so: they do not depend on what else the machine does.
fn quick() -> Result<()> {
    let results = run(&Plan::QUICK)?;
    println!("{}", report::markdown(&results, &Plan::QUICK));
    println!(
        "Every answer was right. The numbers above are of turns too short to mean anything.\n"
    );
    if let Some(counted) = count(&Plan::QUICK)? {
        println!(
            "{}",
            page::markdown(&results.machine, &counted, Plan::QUICK.counted_processes)
        );
        bounds::hold(&counted)?;
    }
    Ok(())
}

fn full(directory: &Path) -> Result<()> {
    instructions(&Plan::FULL, directory)?;
    let results = run(&Plan::FULL)?;
    let page = report::markdown(&results, &Plan::FULL);
    println!("{page}");
    fs::write(directory.join("results.md"), page)?;
    fs::write(directory.join("cpu.svg"), plot::svg(&results.comparison))?;
    Ok(())
}

/// Writes the page of instructions, if they can be counted.
fn instructions(plan: &Plan, directory: &Path) -> Result<()> {
    fs::create_dir_all(directory)?;
    if let Some(counted) = count(plan)? {
        let page = page::markdown(&machine::describe()?, &counted, plan.counted_processes);
        println!("{page}");
        fs::write(directory.join("instructions.md"), page)?;
    }
    Ok(())
}

fn count(plan: &Plan) -> Result<Option<Instructions>> {
    if !can_count()? {
        return Ok(None);
    }
    let mut peer = Peer::new()?;
    let (processes, requests) = (plan.counted_processes, plan.counted_requests);
    Instructions::run(plan.counted, processes, requests, &mut peer).map(Some)
}

fn run(plan: &Plan) -> Result<Results> {
    let mut peer = Peer::new()?;
    let most = plan.sizes.iter().copied().max().unwrap_or(1);
    let offline = Offline::run(most, &peer)?;
    Ok(Results {
        machine: machine::describe()?,
        comparison: Comparison::run(plan, &mut peer)?,
        features: features::run(plan, &mut peer)?,
        offline,
    })
}
