//! VirtualServices in a real Istio, and in its place the routes that `gammactl convert` makes of them: the same requests to both.
//!
//! Istio's answers have to be those that are recorded, which tests without a cluster compare with the router's decisions;
//! [`record`] asks it anew. Where a route answers otherwise than Istio did, a finding of the conversion has to say so.

mod asked;
mod converted;
mod objects;
mod place;
mod staged;

use std::{collections::BTreeSet, env, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use asked::ScenarioAnswers;
use converted::Converted;
use gamma_testbed::echo::Identity;
use gamma_virtual_services::{
    recording::{Recorded, Recording},
    scenario::{LISTS, Scenario, WORKLOADS},
};
use place::COMMON;
use staged::StagedScenarios;

use crate::{
    mesh::{Mesh, istio_obeys_routes, istio_version},
    pair::Pair,
};

/// Scenarios that are applied at once.
const BATCH: usize = 100;
/// Random lists that are tried unless `GAMMA_TEST_LISTS` says how many.
const SAMPLE: u64 = 48;

/// The backends.
pub(crate) fn identities() -> impl Iterator<Item = Identity> {
    WORKLOADS
        .iter()
        .map(|(name, _)| Identity::new(COMMON, *name, 80))
}

/// Compares Istio with what is recorded of it, and Gamma with Istio.
pub(crate) fn run(mesh: &Mesh) -> Result<()> {
    let lists = match env::var("GAMMA_TEST_LISTS") {
        Ok(lists) => lists.parse().context("GAMMA_TEST_LISTS is a number")?,
        Err(_) => SAMPLE,
    };
    let recording = Recording::load()?;
    let (mut faults, mut asked, mut differ) = (Vec::new(), 0, 0);
    for batch in scenarios(lists)?.chunks(BATCH) {
        let mut staged = StagedScenarios::apply(mesh, batch)?;
        let istio = by_istio(&mut staged, &mut faults)?;
        for (scenario, asked) in batch.iter().zip(&istio) {
            let both = asked.words.iter().zip(recording.of(scenario)?);
            for (exchange, (now, then)) in scenario.exchanges.iter().zip(both) {
                if now != then {
                    faults.push(format!(
                        "{}: {}: Istio answers {now}, and {then} is recorded: make record-istio",
                        scenario.name, exchange.request
                    ));
                }
            }
        }
        let converted = Converted::of(staged.sources())?;
        staged.replace(&converted)?;
        let gamma = by_gamma(&mut staged, &istio)?;
        for ((scenario, istio), gamma) in batch.iter().zip(&istio).zip(&gamma) {
            asked += istio.words.len();
            differ += compare(scenario, istio, gamma, &converted, &mut faults);
        }
        staged.remove()?;
    }
    println!("{asked} requests, {differ} answered otherwise, as the conversion says");
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    ensure!(asked > 500, "only {asked} requests were asked");
    Ok(())
}

/// Asks Istio everything, and writes its answers.
pub(crate) fn record() -> Result<bool> {
    istio_obeys_routes(false)?;
    Pair::remove_all()?;
    let mesh = Mesh::start(&identities().collect(), &BTreeSet::new())?;
    let mut recording = Recording {
        istio: istio_version()?,
        ..Recording::default()
    };
    let mut faults = Vec::new();
    for batch in scenarios(LISTS)?.chunks(BATCH) {
        let mut staged = StagedScenarios::apply(&mesh, batch)?;
        let istio = by_istio(&mut staged, &mut faults)?;
        for (scenario, asked) in batch.iter().zip(istio) {
            let recorded = Recorded {
                of: scenario.fingerprint(),
                answers: asked.words,
            };
            recording.scenarios.insert(scenario.name.clone(), recorded);
        }
        staged.remove()?;
    }
    recording.write()?;
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(true)
}

/// All that were thought of, and the first `lists` random ones.
fn scenarios(lists: u64) -> Result<Vec<Scenario>> {
    let mut scenarios = Scenario::cases()?;
    scenarios.extend(Scenario::lists(lists)?);
    Ok(scenarios)
}

/// What Istio answers by itself, which has to be what its scenarios say, as far as they say something.
fn by_istio(
    staged: &mut StagedScenarios<'_>,
    faults: &mut Vec<String>,
) -> Result<Vec<ScenarioAnswers>> {
    let asked = staged.ask()?;
    for of in &asked {
        faults.extend(of.unexpected.iter().map(|what| format!("Istio: {what}")));
    }
    Ok(asked)
}

/// What Gamma answers in Istio's place. A sidecar answers 503 for a moment, too, where a backend on a busy machine does not take
/// its connection: a route does so each time.
fn by_gamma(
    staged: &mut StagedScenarios<'_>,
    istio: &[ScenarioAnswers],
) -> Result<Vec<ScenarioAnswers>> {
    let mut gamma = staged.ask()?;
    for _ in 0..2 {
        let words = |of: &[ScenarioAnswers]| -> Vec<String> {
            of.iter().flat_map(|of| of.words.clone()).collect()
        };
        let both = words(istio).into_iter().zip(words(&gamma));
        let failed = both.filter(|(istio, gamma)| istio != gamma && gamma == "503");
        let failed = failed.count();
        if failed == 0 {
            break;
        }
        println!("{failed} requests are answered 503, and asked again");
        thread::sleep(Duration::from_secs(5));
        gamma = staged.ask()?;
    }
    Ok(gamma)
}

/// How many answers differ; those of which nothing is said are faults.
fn compare(
    scenario: &Scenario,
    istio: &ScenarioAnswers,
    gamma: &ScenarioAnswers,
    converted: &Converted,
    faults: &mut Vec<String>,
) -> usize {
    let mut differ = 0;
    let said = converted.errors(&scenario.path);
    let both = istio.words.iter().zip(&gamma.words);
    for (exchange, (istio, gamma)) in scenario.exchanges.iter().zip(both) {
        if istio == gamma {
            continue;
        }
        differ += 1;
        if said.is_empty() {
            faults.push(format!(
                "{}: {} from {}: Istio answers {istio}, the route {gamma}, and nothing is said of it\n{}",
                scenario.name,
                exchange.request,
                scenario.client(exchange),
                converted.text_of(&scenario.path),
            ));
        }
    }
    if said.is_empty() {
        let what = gamma.unexpected.iter();
        faults.extend(what.map(|what| format!("Gamma: {what}")));
    }
    differ
}
