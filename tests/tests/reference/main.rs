//! Compiler and router against the naive reference, on random routes and requests.
//!
//! `PAIRS` says how many pairs of routes and request there are (a million), `SEED` repeats a run. A
//! disagreement is made as small as possible before it is printed.

mod compare;
mod shrink;

use std::{thread, time::Instant};

use compare::{Class, Counts, World};
use fastrand::Rng;
use gamma_random::{NAMESPACES, variable};

/// Requests for each set of routes.
const REQUESTS: u64 = 250;
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
    let objects = gamma_random::objects(&mut rng);
    let mut worlds = World::all(&objects, &NAMESPACES).unwrap_or_else(|e| panic!("{e}"));
    let mut counts = Counts::default();
    for number in 0..REQUESTS {
        let request = gamma_random::request(&mut rng, &objects);
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
