//! Splits as a whole: accurate over many requests, and without a bias of new workers, each of which
//! draws for itself from its first request on.

use std::net::SocketAddr;

use gamma_compile as compile;
use gamma_testbed::{
    client::{Client, Request},
    envoy::Options,
    manifests::{http_route, read, services},
    stage::{Backends, Stage, wasm},
};

fn start(weights: [u32; 2], workers: u32) -> (Backends, Stage) {
    let [cart, v2] = weights;
    let rule = format!(
        "    - backendRefs: [{{name: cart, port: 80, weight: {cart}}}, {{name: v2, port: 80, weight: {v2}}}]\n"
    );
    let text = services(&["cart", "v2"]) + &http_route("cart", &rule);
    let backends = Backends::start(&read(&text).unwrap()).unwrap();
    let envoy = Options {
        concurrency: workers,
        ..Options::default()
    };
    let options = compile::Options::default();
    let stage = Stage::start(&backends.manifests, &options, &wasm(), &envoy).unwrap();
    (backends, stage)
}

/// Which of `count` requests on one connection, which is one worker's, went to v2.
fn draws(address: SocketAddr, count: usize) -> Vec<bool> {
    let mut client = Client::new(address);
    let request = Request::get("cart", "/");
    let send = |_| client.send(&request).unwrap().echoed().unwrap().backend == "v2";
    (0..count).map(send).collect()
}

/// "within 1 % over 100,000 requests": a correct split of 9:1 is six standard deviations away from
/// missing that.
#[test]
fn a_hundred_thousand_requests_are_split_within_one_percent() {
    const EACH: usize = 25_000;
    let (_backends, stage) = start([9, 1], 2);
    let address = stage.address();
    let clients: Vec<_> = (0..4)
        .map(|_| std::thread::spawn(move || draws(address, EACH)))
        .collect();
    let drawn: Vec<bool> = clients
        .into_iter()
        .flat_map(|c| c.join().unwrap())
        .collect();
    let share = drawn.iter().filter(|v2| **v2).count() as f64 / drawn.len() as f64;
    assert_eq!(drawn.len(), 4 * EACH);
    assert!((share - 0.1).abs() < 0.01, "{share}");
}

/// If workers began with the same numbers, or with small ones, the first requests of all workers
/// would go the same way: a deployment of many proxies with little traffic would not split at all.
#[test]
fn first_requests_of_new_workers_are_split_too() {
    let mut firsts = Vec::new();
    let mut runs = Vec::new();
    for _ in 0..4 {
        let (_backends, stage) = start([1, 1], 8);
        for _ in 0..24 {
            let run = draws(stage.address(), 16);
            firsts.push(run[0]);
            runs.push(run);
        }
    }
    let ones = firsts.iter().filter(|v2| **v2).count();
    // 96 fair coins are outside of 20 to 76 less than once in 100 million times.
    assert!((20..=76).contains(&ones), "{ones} of {}", firsts.len());
    // Two of 96 runs of 16 fair coins are equal in one of 14 test runs, four pairs never.
    let distinct: std::collections::HashSet<_> = runs.iter().collect();
    assert!(
        distinct.len() + 4 > runs.len(),
        "{} distinct",
        distinct.len()
    );
}
