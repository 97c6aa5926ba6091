//! `make demo` and `make run`: manifests on stage, with an echo backend behind every Service port
//! and a real Envoy with the filter in front.
//!
//! ```text
//! gamma-demo demo MANIFESTS REQUESTS    sends the requests, prints and checks what came of them
//! gamma-demo run  MANIFESTS             serves until Ctrl-C
//! ```

#![forbid(unsafe_code)]

mod demo;
mod serve;
mod table;

use std::{
    io::{IsTerminal as _, stderr},
    process::ExitCode,
};

use anyhow::{Result, bail, ensure};
use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, Format, Severity, render},
    source::load,
};

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

/// Reads manifests; says what is wrong with them.
fn read(path: &str, namespace: &str) -> Result<Manifests> {
    let sources = load(&[path.to_owned()])?;
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, namespace, &mut diagnostics);
    let config = gamma_compile::Options::default();
    gamma_compile::compile(&manifests, &config, &mut diagnostics);
    diagnostics.retain(|d| d.code.severity < Severity::Note);
    let format = match stderr().is_terminal() {
        true => Format::TextColor,
        false => Format::Text,
    };
    eprint!("{}", render(&diagnostics, &sources, format));
    ensure!(!diagnostics.any(Severity::Error), "{path} has errors");
    if manifests.services.is_empty() {
        bail!("{path} has no Services: without them there is nothing to send requests to");
    }
    Ok(manifests)
}
