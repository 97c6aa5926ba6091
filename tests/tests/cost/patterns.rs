//! What regular expressions cost a request: the automata that a path is read by, a few instructions for each byte.

use gamma_interpreter::{Cost, Vm};
use serde_json::json;

use crate::{counts::Row, request::FILTER};

/// Instructions for a byte of a path and an automaton that reads it, at most: what docs/route-config.md says.
const BOUND: u64 = 20;

/// Patterns of one kind, each on a rule of its own.
struct PatternCase {
    what: &'static str,
    /// `N` stands for the number of each.
    pattern: &'static str,
    count: usize,
    /// A path that the last one matches, and no other. `%` stands for as many `-` as make it [`length`](Self::length) bytes.
    path: &'static str,
    length: usize,
}

const CASES: [PatternCase; 7] = [
    PatternCase {
        what: "1 regular expression",
        pattern: "/service-N/items/[0-9]+",
        count: 1,
        path: "/service-N/items/17",
        length: 0,
    },
    PatternCase {
        what: "10 regular expressions, the last",
        pattern: "/service-N/items/[0-9]+",
        count: 10,
        path: "/service-N/items/17",
        length: 0,
    },
    PatternCase {
        what: "1,000 with prefixes",
        pattern: "/svc-N/v[0-9]+/users/[^/]+/orders",
        count: 1_000,
        path: "/svc-N/v2/users/u17/orders",
        length: 0,
    },
    PatternCase {
        what: "1,000 with the difference behind `.*`",
        pattern: "/.*/svc-N/.*",
        count: 1_000,
        path: "/%/svc-N/x",
        length: 40,
    },
    PatternCase {
        what: "2,000 that backtrack elsewhere, 1,000 bytes",
        pattern: "/(-*)*(a|aa)+bN",
        count: 2_000,
        path: "/%aaaabN",
        length: 1_000,
    },
    PatternCase {
        what: "one of 8,194 states, 250 bytes",
        pattern: "/(-|b)*-(-|b){12}",
        count: 1,
        path: "/%",
        length: 250,
    },
    PatternCase {
        what: "as many automata as there may be, 250 bytes",
        pattern: "LETTERS",
        count: gamma_pattern::MOST_AUTOMATA,
        path: "/%E12345678",
        length: 250,
    },
];

impl PatternCase {
    fn pattern(&self, n: usize) -> String {
        match self.pattern {
            // Which of the last nine letters one of these takes is of no use to another: they are not merged.
            "LETTERS" => {
                let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
                let [one, other] = [letter(n), letter(n / 26).to_ascii_uppercase()];
                format!("/.*[{one}{other}].{{8}}")
            }
            pattern => pattern.replace('N', &n.to_string()),
        }
    }

    fn path(&self) -> String {
        let path = self.path.replace('N', &(self.count - 1).to_string());
        let filler = self.length.saturating_sub(path.len() - 1);
        path.replace('%', &"-".repeat(filler))
    }

    /// The config, and how many automata read the path.
    fn config(&self) -> (String, u64) {
        let rules = (0..self.count).map(|n| {
            json!({
                "route": "HTTPRoute/shop/patterns", "name": n.to_string(),
                "matches": [{"path": {"type": "RegularExpression", "value": self.pattern(n)}}],
                "backendRefs": [{"cluster": "shop/v1/80"}],
            })
        });
        let config = json!({
            "version": 1,
            "settings": {"metrics": false, "ruleProperty": false, "reasonHeader": false},
            "services": [{"namespace": "shop", "name": "front", "ports": [{
                "port": 80, "cluster": "own", "producer": {"rules": rules.collect::<Vec<_>>()},
            }]}],
        });
        let mut config = gamma_config::parse(config.to_string().as_bytes()).unwrap();
        let table = config.services[0].ports[0].producer.as_mut().unwrap();
        let excess;
        (table.patterns, excess) = gamma_pattern::compile(table);
        assert_eq!(excess.0.len(), 0, "{}", self.what);
        let path = self.path();
        let read = |prefix: &str| {
            path.strip_prefix(prefix)
                .is_some_and(|r| r.starts_with('/'))
        };
        let paths = &table.patterns.paths;
        let automata = paths.iter().filter(|paths| read(&paths.prefix)).count();
        (serde_json::to_string(&config).unwrap(), automata as u64)
    }

    /// Of a request that the last rule takes.
    fn cost(&self, config: &str) -> Cost {
        let mut vm = Vm::load(&FILTER).unwrap();
        vm.set_property("xds\0node\0metadata\0NAMESPACE", b"shop");
        let (accepted, _) = vm.configure(config).unwrap();
        assert!(accepted, "{}: {:?}", self.what, vm.take_log());
        let path = self.path();
        let headers = [
            (":authority", "front"),
            (":path", &*path),
            (":method", "GET"),
            (":scheme", "http"),
        ];
        vm.request(&headers).unwrap();
        let exchange = vm.request(&headers).unwrap();
        let mut set = exchange.request.iter();
        let is_forwarded = set.any(|(name, to)| name == b"x-gamma-cluster" && to == b"shop/v1/80");
        assert!(is_forwarded, "{}: {path}", self.what);
        exchange.whole
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let row = |case: &PatternCase| {
        let (config, _) = case.config();
        Row::new(
            &format!("patterns: {}", case.what),
            &case.cost(&config),
            None,
        )
    };
    CASES.iter().map(row).collect()
}

/// Whatever the patterns are, and however many.
#[test]
fn a_byte_of_a_path_costs_little_for_each_automaton_and_there_are_few() {
    let plain = PatternCase {
        what: "a path that no automaton reads",
        pattern: "/service-N/items",
        count: 1,
        path: "/service-N/items",
        length: 0,
    };
    let base = plain.cost(&plain.config().0).instructions;
    for case in &CASES {
        let (config, automata) = case.config();
        assert!(automata <= gamma_pattern::MOST_AUTOMATA as u64);
        let added = case.cost(&config).instructions.saturating_sub(base);
        // Finding the automata costs some hundred, and a path that is longer is also read for other reasons.
        let bytes = case.path().len() as u64;
        let most = 1_000 + bytes * (automata * BOUND + BOUND);
        assert!(
            added <= most,
            "{}: {added} instructions, {most} allowed",
            case.what
        );
    }
}
