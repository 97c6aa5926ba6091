//! The first process of the image `gamma-envoy`: an Envoy with the filter, and a gammactl that keeps it in step
//! with a folder of manifests.
//!
//! `gamma-entrypoint [OPTION...] [-- ENVOY_OPTION...]` runs both: gammactl with what is needed here and the options
//! before `--`, Envoy with those behind it. What they say goes to standard output. It ends as Envoy does; a gammactl
//! that ends is started again. SIGTERM and SIGINT make it drain: every answer says that the connection closes, new
//! requests are still answered, and Envoy is ended when no connection is open any more, or when `$GAMMA_DRAIN_SECONDS`
//! (8) are over.
//!
//! `gamma-entrypoint healthy` exits 0 while Envoy takes requests and does not drain, for a health check.
//!
//! - `program`: how gammactl and Envoy are started and ended.
//! - `admin`: what Envoy's admin interface is asked.
//! - `run`: who is started when, and what becomes of it.
//! - `told`: whether somebody wants it to end; `drain`: the way out.

#![forbid(unsafe_code)]

mod admin;
mod drain;
mod program;
mod run;
mod told;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["healthy"] {
        return match admin::is_ready() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => {
                println!("Envoy is not ready, or drains");
                ExitCode::FAILURE
            }
            Err(error) => {
                println!("Envoy's admin interface gives no answer: {error}");
                ExitCode::FAILURE
            }
        };
    }
    match run::run(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
