//! The engine, as a browser has it, and the command line say the same, byte for byte: of every fixture of this
//! repository, and of random routes and requests.
//!
//! `make test-playground-engine` builds both and runs this. The engine runs in Node; `engine.mjs` puts questions to it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

mod case;
mod engine;
mod fixtures;
mod native;

use case::{Answers, Case};
use engine::Engine;
use fastrand::Rng;

/// Asks both sides, and says where they differ.
fn compare(engine: &mut Engine, case: &Case) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    let expected = native::answers(case, folder.path());
    differences(case, &expected, &engine.answers(case))
}

fn differences(case: &Case, expected: &Answers, got: &Answers) -> Vec<String> {
    let mut found = Vec::new();
    for (what, expected) in &expected.0 {
        let got = got.0.get(what).map_or("nothing", String::as_str);
        if got != expected {
            let line = expected.lines().zip(got.lines()).find(|(a, b)| a != b);
            found.push(format!(
                "{}: {what}: the first line that differs: {line:?}",
                case.name
            ));
        }
    }
    found
}

/// Compares all of `cases`, and counts what was compared.
fn compare_all(cases: &[Case]) -> usize {
    let mut engine = Engine::start();
    let mut found = Vec::new();
    let mut compared = 0;
    for case in cases {
        found.extend(compare(&mut engine, case));
        compared += case.questions();
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    compared
}

#[test]
#[ignore = "needs the engine and gammactl: make test-playground-engine"]
fn every_fixture_gets_the_same_answers() {
    let cases = fixtures::all();
    assert!(cases.len() > 100, "{} fixtures", cases.len());
    let compared = compare_all(&cases);
    assert!(compared > 1_000, "{compared} answers");
}

#[test]
#[ignore = "needs the engine and gammactl: make test-playground-engine"]
fn random_routes_get_the_same_answers() {
    let seed = gamma_random::variable("SEED", 1);
    let rounds = gamma_random::variable("ROUNDS", 40);
    let mut rng = Rng::with_seed(seed);
    let cases: Vec<Case> = (0..rounds)
        .map(|round| Case::random(&format!("seed {seed}, round {round}"), &mut rng))
        .collect();
    compare_all(&cases);
}

#[test]
#[ignore = "needs the engine and gammactl: make test-playground-engine"]
fn what_is_converted_is_the_same() {
    let case = Case::of_folder(&fixtures::path("examples/from-istio"));
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    let expected = native::conversion(&case, folder.path());
    assert!(expected.0.len() > 2, "{:?}", expected.0.keys());
    let got = Engine::start().conversion(&case);
    assert_eq!(differences(&case, &expected, &got), Vec::<String>::new());
}

/// A comparison that finds nothing may be one that looks at nothing.
#[test]
#[ignore = "needs the engine and gammactl: make test-playground-engine"]
fn another_answer_is_noticed() {
    let case = Case::of_folder(&fixtures::path("examples/shop"));
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    let expected = native::answers(&case, folder.path());
    let mut other = Case::of_folder(&fixtures::path("examples/shop"));
    for (_, text) in &mut other.files {
        *text = text.replace("weight: 90", "weight: 80");
    }
    let got = Engine::start().answers(&other);
    assert!(!differences(&case, &expected, &got).is_empty());
}
