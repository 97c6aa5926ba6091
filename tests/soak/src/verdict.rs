//! What a run has to hold.

use std::collections::BTreeMap;

use anyhow::Result;
use gamma_testbed::envoy::Envoy;

use crate::{
    counters::{self, Counters},
    flat::Trend,
    mix::Entry,
    shares::DrawnShare,
    soak::Run,
};

/// What was found of a run.
pub(crate) struct SoakVerdict {
    /// Each promise that is broken, in one line.
    pub(crate) violations: Vec<String>,
    /// Counters of the filter that agree.
    pub(crate) filter_counters: usize,
    /// Clusters whose counters agree.
    pub(crate) clusters: usize,
    /// Backends that were drawn.
    pub(crate) splits: Vec<DrawnShare>,
    /// Copies that were drawn.
    pub(crate) copies: Vec<DrawnShare>,
    /// What was looked at in the course of the run, and how it went on.
    pub(crate) trends: Vec<(&'static str, Trend)>,
}

impl SoakVerdict {
    pub(crate) fn new(entries: &[Entry], run: &Run, envoy: &Envoy) -> Result<Self> {
        let mut verdict = Self {
            violations: Vec::new(),
            filter_counters: 0,
            clusters: 0,
            splits: splits(entries, run),
            copies: Vec::new(),
            trends: Vec::new(),
        };
        let metrics = envoy.admin_get("/stats/prometheus")?;
        let stats = envoy.admin_get("/stats")?;
        verdict.filter(entries, run, &counters::parse(&metrics, "gamma_"));
        verdict.envoy(entries, run, &stats);
        verdict.draws();
        verdict.memory(run);
        verdict.vms(run, &stats);
        Ok(verdict)
    }

    fn filter(&mut self, entries: &[Entry], run: &Run, actual: &Counters) {
        let mut expected = counters::of_the_filter(entries, &run.tally);
        self.filter_counters = expected.len();
        for (index, entry) in entries.iter().enumerate() {
            for (mirror, share) in &entry.send.expect.mirrors {
                let hits = counters::copies(entry, actual, mirror);
                self.copies.push(DrawnShare {
                    what: format!("{}: copies to {mirror}", entry.send.request.path),
                    expected: *share,
                    hits,
                    draws: run.tally.of(index),
                });
            }
        }
        let drawn = actual
            .iter()
            .filter(|(name, _)| name.starts_with("gamma_mirrored_total"));
        let drawn: Counters = drawn.map(|(name, count)| (name.clone(), *count)).collect();
        self.filter_counters += drawn.len();
        // How many there have to be is a matter of shares, and of what the mirrors have received.
        expected.extend(drawn);
        // Of the configuration, not of a request.
        let actual = actual
            .iter()
            .filter(|(name, _)| !name.starts_with("gamma_revisions_total"));
        let actual: Counters = actual.map(|(name, count)| (name.clone(), *count)).collect();
        self.violations
            .extend(counters::differences(&expected, &actual));
    }

    /// Envoy's counters, and those of the backends.
    fn envoy(&mut self, entries: &[Entry], run: &Run, stats: &str) {
        let mut clusters = counters::of_clusters(entries, &run.tally);
        for share in &self.copies {
            if let Some((_, mirror)) = share.what.rsplit_once(' ') {
                clusters.entry(format!("shop/{mirror}/80")).or_default().0 += share.hits;
            }
        }
        self.clusters = clusters.len();
        let mut expected = Counters::new();
        for (cluster, (requests, retries)) in &clusters {
            expected.insert(format!("cluster.{cluster}.upstream_rq_total"), *requests);
            expected.insert(format!("cluster.{cluster}.upstream_rq_retry"), *retries);
            expected.insert(format!("{cluster}, as its backend counted"), *requests);
        }
        for (class, count) in counters::of_the_listener(&run.tally) {
            expected.insert(format!("http.gamma.downstream_rq_{class}xx"), count);
        }
        let of_envoy = stats.lines().filter_map(|line| {
            let (name, value) = line.rsplit_once(": ")?;
            let is_asked = expected.contains_key(name)
                || name.ends_with(".upstream_rq_total")
                || name.starts_with("http.gamma.downstream_rq_") && name.ends_with("xx");
            Some((name.to_owned(), value.parse().ok().filter(|_| is_asked)?))
        });
        let received = run.received.iter();
        let of_backends =
            received.map(|(cluster, count)| (format!("{cluster}, as its backend counted"), *count));
        let actual: Counters = of_envoy.chain(of_backends).collect();
        self.violations
            .extend(counters::differences(&expected, &actual));
    }

    fn draws(&mut self) {
        let shares = self.splits.iter().chain(&self.copies);
        let wrong = shares.filter(|share| !share.is_right()).map(|share| {
            format!(
                "{}: {} of {}, {:.5} instead of {:.5} ± {:.5}",
                share.what,
                share.hits,
                share.draws,
                share.actual(),
                share.expected,
                share.tolerance()
            )
        });
        self.violations.extend(wrong);
    }

    fn memory(&mut self, run: &Run) {
        type Value = fn(&crate::memory::Look) -> u64;
        let values: [(&'static str, Value); 3] = [
            ("resident memory", |look| look.resident),
            ("allocated by Envoy", |look| look.allocated),
            ("linear memory of the VMs", |look| look.linear),
        ];
        for (what, value) in values {
            let looks: Vec<(f64, f64)> = run
                .looks
                .iter()
                .map(|look| (look.requests as f64, value(look) as f64))
                .collect();
            match Trend::after_warm_up(&looks) {
                Some(trend) => {
                    if !trend.is_flat() {
                        let (growth, slope) = (trend.growth, trend.slope);
                        self.violations.push(format!(
                            "{what} grows by {growth:.0} bytes, {slope:.2} for each request"
                        ));
                    }
                    self.trends.push((what, trend));
                }
                None => self.violations.push(format!("{what}: too few looks")),
            }
        }
    }

    fn vms(&mut self, run: &Run, stats: &str) {
        let (before, after) = run.vms_created;
        if before != after {
            self.violations
                .push(format!("{} VMs were made anew", after - before));
        }
        let counts: BTreeMap<u64, u64> = run.looks.iter().map(|look| (look.vms, 1)).collect();
        if counts.len() != 1 {
            self.violations
                .push(format!("numbers of VMs: {:?}", counts.keys()));
        }
        let failures = stats.lines().filter(|line| {
            let is_failure = ["vm_reload", "vm_fail", "remote_load_fetch_failures"];
            line.contains("wasm") && is_failure.iter().any(|name| line.contains(name))
        });
        let failures = failures.filter(|line| !line.ends_with(": 0"));
        self.violations.extend(failures.map(str::to_owned));
        let logged = run.logged.iter().take(10);
        self.violations
            .extend(logged.map(|line| format!("logged: {line}")));
    }
}

fn splits(entries: &[Entry], run: &Run) -> Vec<DrawnShare> {
    let mut splits = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let drawn = &run.tally.drawn[index];
        for (name, expected) in &entry.send.expect.shares {
            splits.push(DrawnShare {
                what: format!("{} to {name}", entry.send.request.path),
                expected: *expected,
                hits: drawn.get(name).copied().unwrap_or(0),
                draws: drawn.values().sum(),
            });
        }
    }
    splits
}
