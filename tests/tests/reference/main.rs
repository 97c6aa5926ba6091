//! Compiler and router against the naive reference, on random routes and requests.
//!
//! `PAIRS` says how many pairs of routes and request there are (a million), `SEED` repeats a run. A
//! disagreement is made as small as possible before it is printed.

mod compare;
mod filters;
mod matches;
mod request;
mod routes;
mod shrink;

use std::{env, str::FromStr, thread, time::Instant};

use fastrand::Rng;

use compare::{Class, Counts, World};

/// Requests for each set of routes.
const REQUESTS: u64 = 250;
/// Clients are in one of these; so are Services and routes.
const NAMESPACES: [&str; 3] = ["shop", "web", "depot"];
const THREADS: u64 = 2;

#[test]
fn agrees_with_compiler_and_router() {
    let pairs: u64 = variable("PAIRS", 1_000_000);
    let seed: u64 = variable("SEED", 1);
    let started = Instant::now();
    let sets = pairs.div_ceil(REQUESTS);
    let counts: Counts = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                scope.spawn(move || {
                    (worker..sets)
                        .step_by(THREADS as usize)
                        .map(|set| run_set(seed, set))
                        .sum::<Counts>()
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("see above"))
            .sum()
    });
    println!("seed {seed}, {sets} sets of routes: {counts}");
    println!("{:.1} s", started.elapsed().as_secs_f32());
    if pairs >= 100_000 {
        for class in Class::ALL {
            assert!(
                counts.share(class) >= 0.01,
                "{class:?} hardly ever happens: {counts}"
            );
        }
    }
}

/// One set of routes and its requests.
fn run_set(seed: u64, set: u64) -> Counts {
    let mut rng = Rng::with_seed(seed.rotate_left(32) ^ set);
    let objects = routes::objects(&mut rng);
    let mut worlds = World::all(&objects, &NAMESPACES).unwrap_or_else(|e| panic!("{e}"));
    let mut counts = Counts::default();
    for number in 0..REQUESTS {
        let request = request::request(&mut rng, &objects);
        // Most requests come from where most Services are.
        let world = &mut worlds[[0, 0, 1, 2][rng.usize(..4)]];
        match world.compare(&request) {
            Ok(class) => counts.add(class),
            Err(found) => {
                let small = shrink::shrink(&objects, &request, world.client);
                panic!("SEED={seed}, set {set}, request {number}: {found}\n{small}");
            }
        }
    }
    counts
}

fn variable<T: FromStr>(name: &str, default: T) -> T {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => default,
    }
}

/// Whether something happens that does once in `n` times.
pub(crate) fn once_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

pub(crate) fn pick<T: Copy>(rng: &mut Rng, among: &[T]) -> T {
    among[rng.usize(..among.len())]
}
