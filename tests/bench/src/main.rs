//! `make bench`: Gamma beside other ways to route, in a real Envoy.
//!
//! ```text
//! gamma-bench DIRECTORY    measures everything; writes results.md and cpu.svg there (12 minutes)
//! gamma-bench --quick      little of everything, printed: whether it works, not what it costs
//! ```
//!
//! - [`mod@bootstrap`] has the variants, [`mod@routes`] the routes and requests that all of them get;
//! - [`mod@peer`] is client and backends, [`mod@http`] what they say to Envoy, [`mod@subject`] an Envoy that is measured, [`mod@process`]
//!   what it takes of the machine;
//! - [`mod@series`] starts Envoys again and again, [`mod@samples`] and [`mod@statistics`] are what
//!   their numbers come to;
//! - [`mod@comparison`], [`mod@features`] and [`mod@offline`] are what is measured, [`mod@plan`] how
//!   much of it;
//! - [`mod@results`] is all of it; [`mod@report`], [`mod@targets`] and [`mod@plot`] say it, in [`mod@numbers`].

#![forbid(unsafe_code)]

mod bootstrap;
mod comparison;
mod features;
mod http;
mod machine;
mod numbers;
mod offline;
mod peer;
mod plan;
mod plot;
mod process;
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
use offline::Offline;
use peer::Peer;
use plan::Plan;
use results::Results;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["--quick"] => run(&Plan::QUICK).map(|results| {
            println!("{}", report::markdown(&results, &Plan::QUICK));
            println!(
                "Every answer was right. The numbers above are of turns too short to mean anything."
            );
        }),
        [directory] if !directory.starts_with('-') => run(&Plan::FULL).and_then(|results| {
            let directory = Path::new(directory);
            fs::create_dir_all(directory)?;
            let page = report::markdown(&results, &Plan::FULL);
            println!("{page}");
            fs::write(directory.join("results.md"), page)?;
            fs::write(directory.join("cpu.svg"), plot::svg(&results.comparison))?;
            Ok(())
        }),
        _ => {
            eprintln!("usage: gamma-bench DIRECTORY | gamma-bench --quick");
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
