//! `make demo` and `make run`: manifests on stage, with an echo backend behind every Service port
//! and a real Envoy with the filter in front.
//!
//! ```text
//! gamma-demo demo MANIFESTS REQUESTS    sends the requests, prints and checks what came of them
//! gamma-demo run  MANIFESTS             serves until Ctrl-C
//! ```

#![forbid(unsafe_code)]

mod demo;
mod read;
mod serve;
mod table;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["demo", manifests, requests] => demo::demo(manifests, requests.as_ref()),
        ["run", manifests] => serve::serve(manifests).map(|()| true),
        _ => {
            eprintln!("usage: gamma-demo demo MANIFESTS REQUESTS | gamma-demo run MANIFESTS");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
