//! Regular expressions: with the automata that `gammactl` makes of them, and left to the filter's own engine.

use std::hint::black_box;

use fastrand::Rng;
use gamma_config::{Config, RouteTable};
use gamma_router::{Action, Request, Router};

use super::stopwatch::nanos;

struct PatternCase {
    what: &'static str,
    /// `N` stands for the number of each.
    pattern: &'static str,
    count: usize,
    /// A path that the last one matches. `%` stands for as many `-` as make it [`length`](Self::length) bytes.
    path: &'static str,
    length: usize,
    /// Nanoseconds in wasm that were aimed at.
    target: Option<f64>,
}

const CASES: [PatternCase; 6] = [
    PatternCase {
        what: "1",
        pattern: "/service-N/items/[0-9]+",
        count: 1,
        path: "/service-N/items/17",
        length: 0,
        target: None,
    },
    PatternCase {
        what: "10, the last",
        pattern: "/service-N/items/[0-9]+",
        count: 10,
        path: "/service-N/items/17",
        length: 0,
        target: None,
    },
    PatternCase {
        what: "1,000 with prefixes",
        pattern: "/svc-N/v[0-9]+/users/[^/]+/orders",
        count: 1_000,
        path: "/svc-N/v2/users/u17/orders",
        length: 0,
        target: Some(1_000.0),
    },
    PatternCase {
        what: "1,000 that differ behind `.*`",
        pattern: "/.*/svc-N/.*",
        count: 1_000,
        path: "/%/svc-N/x",
        length: 40,
        target: None,
    },
    PatternCase {
        what: "2,000 that backtrack elsewhere, 1,000 bytes",
        pattern: "/(-*)*(a|aa)+bN",
        count: 2_000,
        path: "/%aaaabN",
        length: 1_000,
        target: Some(1e6),
    },
    PatternCase {
        what: "the largest automaton, 250 bytes",
        pattern: "/(-|b)*-(-|b){12}",
        count: 1,
        path: "/%",
        length: 250,
        target: Some(10_000.0),
    },
];

impl PatternCase {
    fn path(&self) -> String {
        let path = self.path.replace('N', &(self.count - 1).to_string());
        let filler = self.length.saturating_sub(path.len() - 1);
        path.replace('%', &"-".repeat(filler))
    }

    fn config(&self) -> Config {
        let rules = (0..self.count).map(|n| {
            let pattern = self.pattern.replace('N', &n.to_string());
            format!(
                r#"{{"matches": [{{"path": {{"type": "RegularExpression", "value": "{pattern}"}}}}],
                    "backendRefs": [{{"cluster": "v{n}"}}]}}"#
            )
        });
        let rules = rules.collect::<Vec<_>>().join(",");
        let config = format!(
            r#"{{"version": 1, "services": [{{"namespace": "n", "name": "s", "ports": [
                {{"port": 80, "cluster": "own", "producer": {{"rules": [{rules}]}}}}]}}]}}"#
        );
        gamma_config::parse(config.as_bytes()).unwrap()
    }

    /// Nanoseconds of a decision.
    fn decide(&self, config: &Config) -> f64 {
        let router = Router::new(config, "n").unwrap();
        let (path, headers): (_, [(&str, &str); 0]) = (self.path(), []);
        let request = Request {
            method: b"GET",
            scheme: b"http",
            authority: b"s",
            path: path.as_bytes(),
            destination: None,
            now: 0,
            headers: &headers,
        };
        let mut rng = Rng::with_seed(1);
        let decision = router.decide(&request, &mut rng);
        let Action::Forward { cluster, .. } = decision.action else {
            panic!("{}: no rule takes {path}", self.what);
        };
        assert_eq!(
            router.cluster(cluster),
            Some(&*format!("v{}", self.count - 1))
        );
        nanos(|| {
            black_box(router.decide(black_box(&request), &mut rng));
        })
    }
}

fn table(config: &mut Config) -> &mut RouteTable {
    config.services[0].ports[0].producer.as_mut().unwrap()
}

/// Prints the table.
pub(crate) fn print() {
    println!(
        "Nanoseconds per decision by regular expressions, one a rule; the last one takes the request.\n"
    );
    println!("| expressions | automata | Gamma | aimed at | without automata (regex-lite) |");
    println!("|---|--:|--:|--:|--:|");
    for case in CASES {
        let mut config = case.config();
        let lite = case.decide(&config);
        let table = table(&mut config);
        (table.patterns, _) = gamma_pattern::compile(table);
        let automata = table.patterns.automata.len();
        let target = case.target.map(|target| format!("≤ {target:.0}"));
        let gamma = case.decide(&config);
        println!(
            "| {} | {automata} | {gamma:.0} | {} | {lite:.0} |",
            case.what,
            target.unwrap_or_default()
        );
    }
    println!();
}
