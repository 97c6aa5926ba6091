//! What a real Istio answered, and what the router makes of the routes that `gammactl convert` writes of the same
//! VirtualServices: the same, or an error of the conversion at that rule says otherwise.

mod routed;
mod source_lines;

use std::thread;

use anyhow::{Result, ensure};
use gamma_manifest::diagnostic::{Severity, codes};
use gamma_virtual_services::{
    recording::Recording,
    scenario::{LISTS, OWN, Scenario},
};
use routed::Routed;

/// How many requests there were.
#[derive(Debug, Default)]
struct ReplayCounts {
    /// To Services that keep their VirtualServices.
    kept: usize,
    /// To others.
    requests: usize,
    /// Of these.
    differ: usize,
}

#[test]
fn routes_answer_thought_of_requests_as_istio_did() -> Result<()> {
    let counts = replay(Scenario::cases()?)?;
    ensure!(counts.requests > 100, "{counts:?}");
    Ok(())
}

#[test]
fn routes_answer_requests_of_random_lists_as_istio_did() -> Result<()> {
    let counts = replay(Scenario::lists(LISTS)?)?;
    ensure!(
        counts.kept < counts.requests / 2 && counts.differ < counts.requests / 20,
        "{counts:?}"
    );
    Ok(())
}

/// Half of them on each of two threads.
fn replay(scenarios: Vec<Scenario>) -> Result<ReplayCounts> {
    let recording = Recording::load()?;
    let (mut counts, mut faults) = (ReplayCounts::default(), Vec::new());
    thread::scope(|scope| {
        let halves = scenarios.chunks(scenarios.len().div_ceil(2));
        let workers: Vec<_> = halves
            .map(|half| scope.spawn(|| replay_some(half, &recording)))
            .collect();
        for worker in workers {
            let (counted, found) = worker.join().expect("it says what is wrong")?;
            counts.kept += counted.kept;
            counts.requests += counted.requests;
            counts.differ += counted.differ;
            faults.extend(found);
        }
        anyhow::Ok(())
    })?;
    println!("{counts:?}");
    ensure!(
        faults.is_empty(),
        "{}\n{} answers",
        faults.join("\n"),
        faults.len()
    );
    Ok(counts)
}

/// Answers of which nothing is said, as well.
fn replay_some(
    scenarios: &[Scenario],
    recording: &Recording,
) -> Result<(ReplayCounts, Vec<String>)> {
    let (mut counts, mut faults) = (ReplayCounts::default(), Vec::new());
    for scenario in scenarios {
        let istio = recording.of(scenario)?;
        let routed = Routed::new(scenario)?;
        for (exchange, istio) in scenario.exchanges.iter().zip(istio) {
            if !routed.has_routes_for(exchange) {
                counts.kept += 1;
                ensure!(
                    routed.has_errors(),
                    "{}: nothing is written, and nothing is said",
                    scenario.name
                );
                continue;
            }
            counts.requests += 1;
            let gamma = routed.answer(exchange)?;
            if gamma.word == *istio {
                continue;
            }
            counts.differ += 1;
            // All that clients in the Service's own namespace have is otherwise where they are told apart.
            let of_own =
                scenario.client(exchange) == OWN && routed.says(codes::CLIENTS_TOLD_APART.id);
            // Of preflights a warning is enough: the same pages may do the same.
            let is_cors = exchange.headers.iter().any(|line| line.name == "origin");
            let of_cors = is_cors && routed.is_said_of(&gamma, Severity::Warning);
            if !of_own && !of_cors && !routed.is_said_of(&gamma, Severity::Error) {
                faults.push(format!(
                    "{}: {} {} from {}: Istio answers {istio}, and the route {}\n{}",
                    scenario.name,
                    exchange.request,
                    headers(exchange),
                    scenario.client(exchange),
                    gamma.word,
                    routed.explained(&gamma),
                ));
            }
        }
    }
    Ok((counts, faults))
}

fn headers(exchange: &gamma_testbed::fixture::Exchange) -> String {
    let lines = exchange.headers.iter().map(|line| {
        let value = String::from_utf8_lossy(&line.value);
        format!("{}: {value}", line.name)
    });
    Vec::from_iter(lines).join(", ")
}
