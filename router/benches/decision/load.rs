//! What it takes to read a config and build the router.

use std::{hint::black_box, time::Instant};

use gamma_router::Router;

use crate::cases;

/// Prints a line for every size; returns the milliseconds of the largest one.
pub(crate) fn print() -> f64 {
    let mut whole = 0.0;
    println!("Milliseconds to read a route config and build the router.\n");
    println!("| rules | JSON, bytes | read | build |\n|--:|--:|--:|--:|");
    for rules in [100, 1_000, 10_000] {
        let text = cases::config(rules);
        let read = millis(|| drop(black_box(gamma_config::parse(text.as_bytes()).unwrap())));
        let config = gamma_config::parse(text.as_bytes()).unwrap();
        let build = millis(|| drop(black_box(Router::new(&config, "shop").unwrap())));
        println!("| {rules} | {} | {read:.2} | {build:.2} |", text.len());
        whole = read + build;
    }
    println!();
    whole
}

/// The fastest of a few: it takes long enough to be interrupted, and no work is faster than it is.
fn millis(mut work: impl FnMut()) -> f64 {
    const TIMES: usize = 15;
    let took = (0..TIMES).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e3
    });
    took.fold(f64::INFINITY, f64::min)
}
