//! Whatever compiles is accepted by Envoy: random manifests, right and damaged, and a real Envoy that is asked
//! about each config that comes of them.
//!
//! `MANIFESTS` says how many manifests there are (5,000), `SEED` repeats a run. What Envoy refuses is made as
//! small as possible before it is printed.

mod batch;
mod cases;
mod shrink;

use std::{ops::AddAssign, time::Instant};

use batch::Batch;
use fastrand::Rng;
use gamma_random::variable;

/// Manifests that Envoy is asked about at once: it takes as long to start as to read them.
const BATCH: usize = 1_250;

/// How many there were of everything that the test is about.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    manifests: usize,
    damaged: usize,
    /// Findings that say that an object is left out.
    errors: usize,
    rules: usize,
    /// Clusters of the configs: all of them, those that ask DNS, and those with TLS.
    clusters: usize,
    dns: usize,
    tls: usize,
    endpoints: usize,
}

#[test]
fn whatever_compiles_is_accepted_by_envoy() {
    let wanted: usize = variable("MANIFESTS", 5_000);
    let seed: u64 = variable("SEED", 1);
    let started = Instant::now();
    let mut rng = Rng::with_seed(seed);
    let mut counts = Counts::default();
    let mut batches = 0;
    while counts.manifests < wanted {
        let cases = cases::cases(&mut rng, BATCH.min(wanted - counts.manifests));
        let options = batch::options(&mut rng);
        let batch = Batch::of(&cases, &options);
        if let Err(refused) = batch.check() {
            panic!(
                "SEED={seed}, batch {batches}: {refused:#}\n{}",
                shrink::shrink(&cases, &options)
            );
        }
        counts += batch.counts(&cases);
        batches += 1;
    }
    println!("seed {seed}, {batches} configs: {counts:?}");
    println!("{:.1} s", started.elapsed().as_secs_f32());
    // Else the test is about nothing.
    let Counts {
        manifests,
        damaged,
        errors,
        rules,
        clusters,
        dns,
        tls,
        endpoints,
    } = counts;
    assert!(manifests >= wanted, "{counts:?}");
    assert!(damaged * 20 > manifests, "{counts:?}");
    assert!(errors * 4 > damaged && errors < manifests, "{counts:?}");
    for of in [rules, clusters, dns * 4, tls * 20, endpoints] {
        assert!(of * 8 > manifests, "{counts:?}");
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.manifests += other.manifests;
        self.damaged += other.damaged;
        self.errors += other.errors;
        self.rules += other.rules;
        self.clusters += other.clusters;
        self.dns += other.dns;
        self.tls += other.tls;
        self.endpoints += other.endpoints;
    }
}
