//! TrafficSplits with HTTPRouteGroups, and what SMI says of them.

use std::collections::BTreeMap;

use fastrand::Rng;
use gamma_router::Router;
use serde_json::{Value, json};

use super::routed::{Asked, Routed, converted, one, rounds, routed, service};

/// `matches[]` of an HTTPRouteGroup.
#[derive(Debug, Clone)]
struct Matched {
    path: Option<&'static str>,
    methods: Vec<&'static str>,
    headers: Vec<(&'static str, &'static str)>,
}

impl Matched {
    fn random(rng: &mut Rng) -> Self {
        let paths = [
            "/metrics", "/api", "/api/", "/api/.*", ".*", "/[0-9]+", "^/api", "/a|/api", "/api$",
        ];
        let methods = [vec![], vec!["*"], vec!["GET"], vec!["GET", "POST"]];
        let headers = [
            vec![],
            vec![],
            vec![("x", "1")],
            vec![("x", "[0-9]+"), ("y", ".*")],
        ];
        Self {
            path: rng.bool().then(|| one(rng, &paths)),
            methods: one(rng, &methods),
            headers: one(rng, &headers),
        }
    }

    fn json(&self, as_list: bool) -> Value {
        let mut members = json!({"name": "m"});
        if let Some(path) = self.path {
            members["pathRegex"] = path.into();
        }
        if !self.methods.is_empty() {
            members["methods"] = self.methods.clone().into();
        }
        if !self.headers.is_empty() {
            let each = self
                .headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
            members["headers"] = if as_list {
                each.map(|(name, value)| json!({name: value})).collect()
            } else {
                Value::Object(each.collect())
            };
        }
        members
    }

    fn holds(&self, asked: &Asked) -> bool {
        let is_whole = |pattern: &str, text: &str| {
            let whole = regex_lite::Regex::new(&format!("^(?:{pattern})$")).unwrap();
            whole.is_match(text)
        };
        // "anchored at the beginning"
        let begins = |pattern: &str| {
            let begin = regex_lite::Regex::new(&format!("^(?:{pattern})")).unwrap();
            begin.is_match(asked.path)
        };
        self.path.is_none_or(begins)
            && (self.methods.is_empty()
                || self.methods.iter().any(|m| *m == "*" || *m == asked.method))
            && self.headers.iter().all(|(name, pattern)| {
                let mut found = asked.headers.iter().filter(|(other, _)| other == name);
                found.any(|(_, value)| is_whole(pattern, value))
            })
    }
}

#[test]
fn requests_that_a_split_asks_for_are_split_and_others_are_not() {
    let (lists, seed) = rounds();
    let mut rng = Rng::with_seed(seed);
    let mut requests = Vec::new();
    for path in [
        "/",
        "/metrics",
        "/metricsx",
        "/api",
        "/api/x",
        "/apix",
        "/12",
        "/1/x",
        "/a",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            for x in [None, Some("1"), Some("a")] {
                for y in [None, Some("1")] {
                    let headers = [("x", x), ("y", y)].into_iter();
                    requests.push(Asked {
                        method,
                        path,
                        headers: headers.filter_map(|(n, v)| Some((n, v?))).collect(),
                    });
                }
            }
        }
    }
    for _ in 0..lists {
        let groups: Vec<Vec<Matched>> = (0..rng.usize(1..3))
            .map(|_| {
                (0..rng.usize(1..4))
                    .map(|_| Matched::random(&mut rng))
                    .collect()
            })
            .collect();
        let is_old = rng.bool();
        let names: Vec<Value> = (0..groups.len())
            .map(|number| json!({"kind": "HTTPRouteGroup", "name": format!("g{number}")}))
            .collect();
        let mut objects = vec![service("echo"), service("to"), service("never")];
        for (number, group) in groups.iter().enumerate() {
            let matches: Value = group.iter().map(|m| m.json(is_old)).collect();
            let metadata = json!({"name": format!("g{number}"), "namespace": "shop"});
            // The older versions have no `spec`.
            objects.push(if is_old {
                json!({"apiVersion": "specs.smi-spec.io/v1alpha2", "kind": "HTTPRouteGroup",
                       "metadata": metadata, "matches": matches})
            } else {
                json!({"apiVersion": "specs.smi-spec.io/v1alpha4", "kind": "HTTPRouteGroup",
                       "metadata": metadata, "spec": {"matches": matches}})
            });
        }
        objects.push(json!({
            "apiVersion": "split.smi-spec.io/v1alpha3", "kind": "TrafficSplit",
            "metadata": {"name": "split", "namespace": "shop"},
            "spec": {"service": "echo", "matches": names,
                     "backends": [{"service": "to", "weight": 1}, {"service": "never", "weight": 0}]},
        }));
        let (conversion, config) = converted(&objects);
        let explain = || format!("{objects:#?}\n{:#?}", conversion.files);
        assert!(
            conversion.proof.as_ref().is_ok_and(|proof| proof.holds()),
            "{}",
            explain()
        );
        let router = Router::new(&config, "shop").unwrap();
        for asked in &requests {
            let is_split = groups.iter().flatten().any(|m| m.holds(asked));
            let wanted = if is_split { "to" } else { "echo" };
            let got = routed(&router, asked, 1);
            assert!(
                matches!(&got, Routed::To(service, _) if service == wanted),
                "{asked:?}: {got:?} instead of {wanted}\n{}",
                explain()
            );
        }
    }
}

#[test]
fn shares_are_those_of_every_version() {
    for (version, one, other, expected) in [
        ("v1alpha1", json!("900m"), json!("100m"), (9, 1)),
        ("v1alpha1", json!(1), json!("500m"), (2, 1)),
        ("v1alpha2", json!(90), json!(10), (9, 1)),
        ("v1alpha3", json!(1), json!(1), (1, 1)),
        ("v1alpha4", json!(0), json!(5), (0, 1)),
    ] {
        let split = json!({
            "apiVersion": format!("split.smi-spec.io/{version}"), "kind": "TrafficSplit",
            "metadata": {"name": "split", "namespace": "shop"},
            "spec": {"service": "echo.shop.svc.cluster.local",
                     "backends": [{"service": "one", "weight": one}, {"service": "other", "weight": other}]},
        });
        let (_, config) = converted(&[service("echo"), service("one"), service("other"), split]);
        let router = Router::new(&config, "shop").unwrap();
        let asked = Asked {
            method: "GET",
            path: "/",
            headers: Vec::new(),
        };
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for seed in 0..2000 {
            let Routed::To(service, _) = routed(&router, &asked, seed) else {
                panic!("{version}: not routed");
            };
            *counts.entry(service).or_default() += 1;
        }
        let count = |name: &str| f64::from(counts.get(name).copied().unwrap_or(0)) / 2000.0;
        let share = f64::from(expected.0) / f64::from(expected.0 + expected.1);
        assert!(
            (count("one") - share).abs() < 0.05,
            "{version}: {counts:?} instead of {expected:?}"
        );
    }
}
