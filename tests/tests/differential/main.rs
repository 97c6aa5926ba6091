//! The filter against Envoy's own routing: the same HTTPRoutes, obeyed by the filter in one Envoy and translated to
//! routes of another, and random requests that both have to answer alike.
//!
//! What is translated is what both can say; its order is decided here once more (`rank`). A difference is a mistake,
//! or stands in `docs/semantics.md` and beside the line here that knows of it.
//!
//! `REQUESTS` says how many requests there are (20,000), `SEED` repeats a run.

mod action;
mod compare;
mod matching;
mod pair;
mod query;
mod rank;
mod route_set;
mod shrink;
mod translate;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use compare::differences;
use gamma_random::variable;
use gamma_testbed::fixture::Observed;
use pair::Pair;
use route_set::{RouteSet, placed_request};
use serde_json::Value;
use shrink::{DifferingCase, shrink};

/// Sets of routes that one pair of Envoys serves.
const SETS: u64 = 50;
/// Requests for each set.
const REQUESTS: u64 = 50;
/// Differences that are made small and printed: each takes seconds.
const SHOWN: usize = 3;
/// Clients at a time.
const CLIENTS: usize = 4;

#[test]
fn the_filter_answers_as_envoys_own_routes_do() {
    let wanted: u64 = variable("REQUESTS", 20_000);
    let seed: u64 = variable("SEED", 1);
    let started = Instant::now();
    let mut answers: BTreeMap<&str, u64> = BTreeMap::new();
    let mut sets = 0;
    while sets * REQUESTS < wanted {
        let drawn: Vec<RouteSet> = (sets..sets + SETS)
            .map(|number| RouteSet::new(seed, number))
            .collect();
        let (answered, differing) = ask(&drawn);
        if !differing.is_empty() {
            let many = differing.len();
            let reduced: Vec<String> = differing.into_iter().take(SHOWN).map(shrink).collect();
            panic!(
                "SEED={seed}, sets {sets} to {}: {many} of {SETS} sets are answered otherwise\n{}",
                sets + SETS,
                reduced.join("\n")
            );
        }
        for kind in answered {
            *answers.entry(kind).or_default() += 1;
        }
        sets += SETS;
    }
    println!(
        "seed {seed}, {sets} sets of routes: {answers:?}, {:.1} s",
        started.elapsed().as_secs_f32()
    );
    // Else the test is about nothing.
    let total: u64 = answers.values().sum();
    assert!(total >= wanted, "{total}");
    for kind in ["backend", "redirect", "404", "500"] {
        let share = answers.get(kind).copied().unwrap_or_default();
        assert!(share * 25 > total, "{kind}: {answers:?}");
    }
}

/// Who answered each request to the sets, and of each set the first request that is answered differently.
fn ask(sets: &[RouteSet]) -> (Vec<&'static str>, Vec<DifferingCase>) {
    let routes: Vec<&[Value]> = sets.iter().map(|set| &*set.routes).collect();
    let pair = Pair::start(&routes);
    let next = AtomicUsize::new(0);
    let answered = Mutex::new(Vec::new());
    let differing = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(set) = sets.get(place) else { break };
                    let mut kinds = Vec::new();
                    let found = ask_one(&pair, place, set, &mut kinds);
                    answered.lock().unwrap().extend(kinds);
                    differing.lock().unwrap().extend(found);
                }
            });
        }
    });
    (
        answered.into_inner().unwrap(),
        differing.into_inner().unwrap(),
    )
}

/// Sends requests to the set at that place, until one is answered differently.
fn ask_one(
    pair: &Pair,
    place: usize,
    set: &RouteSet,
    kinds: &mut Vec<&'static str>,
) -> Option<DifferingCase> {
    let mut set = set.clone();
    let mut clients = pair.clients();
    for _ in 0..REQUESTS {
        let request = set.request();
        let [filtered, native] = clients.send(&placed_request(&request, place));
        if !differences(&filtered, &native).is_empty() {
            return Some(DifferingCase {
                routes: set.routes.into(),
                request,
            });
        }
        kinds.push(kind(&filtered));
    }
    None
}

/// Who answered.
fn kind(answer: &Observed) -> &'static str {
    match (answer.status, &answer.seen) {
        (_, Some(_)) => "backend",
        (300..400, _) => "redirect",
        (404, _) => "404",
        (500, _) => "500",
        _ => "refused",
    }
}
