//! How long a decision takes, beside other ways to make it, and how long a config takes to load.
//! Prints Markdown. `make bench-router` runs it natively and in wasm, in the engine that Envoy has.
//!
//! Timed by hand, because both have to be timed the same way: of the two libraries for benches, one
//! finds no benches in wasm, and the other brings forty crates with it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "no proxy runs it"
)]
#![forbid(unsafe_code)]

mod cases;
mod competitors;
mod load;
mod patterns;
mod stopwatch;

use std::hint::black_box;

use cases::{Case, SIZES};
use competitors::Competitor;

fn main() {
    // `cargo clippy --all-targets` and `cargo test --benches` build it; only `cargo bench` says this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let place = if cfg!(target_arch = "wasm32") {
        "in wasm"
    } else {
        "natively"
    };
    println!("## {place}\n\nNanoseconds per decision, by number of rules.\n");
    print!("| | |");
    SIZES.iter().for_each(|size| print!(" {size} |"));
    print!("\n|---|---|");
    SIZES.iter().for_each(|_| print!("--:|"));
    println!();
    // By size first: one router at a time is in memory.
    let columns: Vec<Vec<f64>> = SIZES.iter().map(|&rules| column(rules)).collect();
    let rows = competitors::NAMES
        .iter()
        .flat_map(|name| cases::cases(1).map(|case| (name, case.name)));
    for (row, (competitor, case)) in rows.enumerate() {
        print!("| {competitor} | {case} |");
        columns
            .iter()
            .for_each(|column| print!(" {:.0} |", column[row]));
        println!();
    }
    println!();
    patterns::print();
    let load = load::print();
    // They are for the place where it runs in the end.
    if cfg!(target_arch = "wasm32") {
        targets(&columns, load);
    }
}

/// What was aimed at. Gamma's cases are the first rows of each column.
fn targets(columns: &[Vec<f64>], load: f64) {
    let gamma = |size: usize| {
        let column = SIZES.iter().position(|&s| s == size).unwrap();
        &columns[column][..cases::cases(1).len()]
    };
    let slowest = gamma(1_000).iter().copied().fold(0.0, f64::max);
    let growth = gamma(10_000)
        .iter()
        .zip(gamma(10))
        .map(|(many, few)| many / few);
    let growth = growth.fold(0.0, f64::max);
    println!("| target | | measured | |\n|---|---|---|---|");
    let row = |what: &str, limit: f64, unit: &str, is: f64, digits: usize| {
        let verdict = if is <= limit { "met" } else { "**missed**" };
        println!("| {what} | ≤ {limit}{unit} | {is:.digits$}{unit} | {verdict} |");
    };
    row("the slowest case at 1,000 rules", 300.0, " ns", slowest, 0);
    row("10,000 rules ÷ 10, the worst case", 1.5, "", growth, 2);
    row("to read and build 10,000 rules", 100.0, " ms", load, 0);
}

/// Every competitor's every case.
fn column(rules: usize) -> Vec<f64> {
    let cases = cases::cases(rules);
    let mut nanos = Vec::new();
    for competitor in competitors::all(rules) {
        for case in &cases {
            nanos.push(time(&*competitor, case));
        }
    }
    nanos
}

fn time(competitor: &dyn Competitor, case: &Case) -> f64 {
    assert_eq!(
        competitor.find(case.path.as_bytes()),
        case.rule,
        "{}: {}",
        competitor.name(),
        case.path
    );
    stopwatch::nanos(|| {
        black_box(competitor.find(black_box(case.path.as_bytes())));
    })
}
