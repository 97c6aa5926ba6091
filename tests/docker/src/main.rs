//! Gamma in containers: the images, compose, and what Istio's agent would fetch, with a real engine and a real
//! registry.
//!
//! `gamma-docker [NAME...]` runs the tests, all of them or those whose names begin with one of these; `make
//! test-docker` builds what they need, and `tests/docker/run` gives them an engine where none runs.
//!
//! - `docker`: the engine, by the command that people use; `container`: one container.
//! - `base`: what stands in for the image that Envoy's project publishes.
//! - `registry`: a registry on loopback, and what is in it.
//! - `ground`: what the tests share.
//! - `images`: the same images by an engine or without.
//! - `istio`: whether Istio's agent would take the filter.
//! - `compose`: `examples/docker`, with changes and with containers that are killed.
//! - `run_image`: `docker run` of the image `gamma-envoy`, from its start to its end under load.
//! - `load`: clients that go away when they are asked to.
//! - `network`: where containers reach this machine.
//! - `page`: the commands of docs/docker.md.
//! - `until`: waiting for something, with a deadline.

#![forbid(unsafe_code)]

mod base;
mod compose;
mod container;
mod docker;
mod ground;
mod images;
mod istio;
mod load;
mod network;
mod page;
mod registry;
mod run_image;
mod until;

use std::{process::ExitCode, time::Instant};

use anyhow::{Context as _, Result, bail};

use crate::{
    ground::{EngineTest, Ground},
    network::Network,
    registry::LoopbackRegistry,
};

/// In this order: what comes later is made of what was held before.
fn tests() -> Vec<EngineTest> {
    [
        images::TESTS,
        istio::TESTS,
        run_image::TESTS,
        compose::TESTS,
        page::TESTS,
    ]
    .concat()
}

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    match run(&names) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(names: &[String]) -> Result<bool> {
    let chosen =
        |test: &EngineTest| names.is_empty() || names.iter().any(|n| test.0.starts_with(&**n));
    let tests: Vec<EngineTest> = tests().into_iter().filter(chosen).collect();
    if tests.is_empty() {
        bail!("no test begins with any of {names:?}");
    }
    let registry = LoopbackRegistry::start()?;
    base::make(&registry).context("what stands in for Envoy's image")?;
    let pushed = images::push(&registry).context("the images")?;
    let ground = Ground {
        registry,
        network: Network::create()?,
        pushed,
    };
    let mut failed = Vec::new();
    for (name, test) in &tests {
        let begin = Instant::now();
        println!("\n== {name}");
        let ended = test(&ground);
        let took = begin.elapsed().as_secs_f32();
        match ended {
            Ok(()) => println!("ok     {name} ({took:.0} s)"),
            Err(error) => {
                println!("FAILED {name} ({took:.0} s)\n{error:#}");
                failed.push(*name);
            }
        }
    }
    println!(
        "\n{} passed, {} failed",
        tests.len() - failed.len(),
        failed.len()
    );
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    Ok(failed.is_empty())
}
