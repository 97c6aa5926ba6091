//! `gamma-controller` keeps Istio's sidecars in step with the routes of a cluster.

use std::process::ExitCode;

use clap::Parser as _;
use gamma_controller::{ControllerOptions, run};

fn main() -> ExitCode {
    let options = ControllerOptions::parse();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gamma-controller: {error:#}");
            ExitCode::FAILURE
        }
    }
}
