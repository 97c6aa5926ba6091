//! `gammactl diff` is tested with random changes of random routes.
//!
//! `CHANGES` says how many changes of each kind there are (500), `SEED` repeats a run. The oracle
//! knows nothing of witnesses: it sends both routers thousands of random requests.

mod change;
mod neutral;
mod oracle;
mod request;
mod routes;

use std::{collections::BTreeSet, env, str::FromStr, thread};

use fastrand::Rng;
use gamma_config::Config;
use gamma_diff::{self as diff, Diff, Places, Side};
use oracle::Oracle;

/// Requests that the oracle sends before it says that nothing changed.
const REQUESTS: usize = 700;
const THREADS: u64 = 2;
/// Clients are in one of these.
const NAMESPACES: [&str; 3] = ["shop", "web", "depot"];

#[test]
fn finds_every_change_that_changes_a_decision_and_no_other() {
    let wanted: usize = variable("CHANGES", 500);
    let seed: u64 = variable("SEED", 1);
    let (changed, unchanged, kinds) = thread::scope(|scope| {
        let count = |worker| move || run(seed, worker, wanted.div_ceil(THREADS as usize));
        let workers: Vec<_> = (0..THREADS).map(|w| scope.spawn(count(w))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("see above"))
            .fold((0, 0, BTreeSet::new()), |a, b| {
                (a.0 + b.0, a.1 + b.1, &a.2 | &b.2)
            })
    });
    println!("seed {seed}: {changed} changes of decisions, {unchanged} without");
    let all: BTreeSet<&str> = change::names().chain(neutral::names()).collect();
    let missing: Vec<_> = all.difference(&kinds).collect();
    assert!(
        wanted < 500 || missing.is_empty(),
        "never done: {missing:?}"
    );
}

/// Until there were `wanted` changes that change a decision and as many that do not; how many there
/// were of each, and of what kinds.
fn run(seed: u64, worker: u64, wanted: usize) -> (usize, usize, BTreeSet<&'static str>) {
    let mut kinds = BTreeSet::new();
    let (mut changed, mut unchanged) = (0, 0);
    let mut numbers = (worker..).step_by(THREADS as usize);
    while changed < wanted || unchanged < wanted {
        let number = numbers.next().expect("there is no last number");
        let mut rng = Rng::with_seed(seed.rotate_left(32) ^ number);
        let old = routes::config(&mut rng);
        let mut new = old.clone();
        let is_neutral = unchanged < wanted && (changed >= wanted || rng.bool());
        let what = if is_neutral {
            neutral::apply(&mut rng, &mut new)
        } else {
            change::apply(&mut rng, &mut new)
        };
        let usable = new.validate().is_ok() && change::is_fathomable(&new);
        if new == old || !usable {
            continue;
        }
        let wrong = |problem: String| {
            let print = |config: &Config| serde_json::to_string(config).unwrap();
            let (old, new) = (print(&old), print(&new));
            panic!("SEED={seed}, change {number} ({what}): {problem}\nold: {old}\nnew: {new}");
        };
        kinds.insert(what);
        let found = compare(&old, &new);
        let tables = found.services.iter().flat_map(|service| &service.tables);
        let limits: Vec<&String> = tables.flat_map(|table| &table.limits).collect();
        let oracle = Oracle::new(&old, &new);
        if !limits.is_empty() {
            wrong(format!("not complete: {limits:?}"));
        } else if is_neutral && found.is_change() {
            wrong(format!(
                "does nothing, but is reported as\n{}",
                found.text(false)
            ));
        } else if let Some(request) = oracle.denies(&found) {
            wrong(format!(
                "nothing changes for {request}\n{}",
                found.text(false)
            ));
        } else if found.is_change() {
            changed += 1;
        } else if let Some(difference) = oracle.search(&mut rng, REQUESTS) {
            wrong(format!("was not found: {difference}"));
        } else {
            unchanged += 1;
        }
    }
    (changed, unchanged, kinds)
}

/// Every change that is reported happens: to the very requests that stand for it.
#[test]
fn every_witness_is_one() {
    let seed: u64 = variable("SEED", 1);
    for number in 0..60 {
        let mut rng = Rng::with_seed(seed.rotate_left(32) ^ number);
        let (old, new) = (routes::config(&mut rng), routes::config(&mut rng));
        let found = compare(&old, &new);
        let wrong = Oracle::new(&old, &new).denies(&found);
        assert!(wrong.is_none(), "SEED={seed}, pair {number}: {wrong:?}");
    }
}

fn compare(old: &Config, new: &Config) -> Diff {
    let places = Places::default();
    let side = |config| Side {
        config,
        places: &places,
    };
    diff::diff(side(old), side(new), &[]).unwrap()
}

fn variable<T: FromStr>(name: &str, default: T) -> T {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => default,
    }
}

fn once_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

fn pick<T: Clone>(rng: &mut Rng, among: &[T]) -> T {
    among[rng.usize(..among.len())].clone()
}
