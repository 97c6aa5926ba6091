//! A router without an index: looks at every match in order. It shares no code with the real one.

use fastrand::Rng;
use gamma_config::{
    BackendRef, Config, Match, MatchType, Method, PathMatch, PathMatchType, Port, RouteTable, Rule,
    Service, ServiceKind, ValueMatch,
};

/// The index of the rule that wins.
pub(crate) fn first_match(
    table: &RouteTable,
    method: &str,
    path_and_query: &str,
    headers: &[(&str, &str)],
) -> Option<usize> {
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let holds = |m: &Match| {
        m.path.as_ref().is_none_or(|p| path_holds(p, path))
            && m.method.is_none_or(|wanted| wanted.as_str() == method)
            && m.headers.iter().all(|wanted| {
                let values: Vec<&str> = headers
                    .iter()
                    .filter(|(name, _)| name.eq_ignore_ascii_case(&wanted.name))
                    .map(|(_, value)| *value)
                    .collect();
                !values.is_empty() && values.join(",") == wanted.value
            })
            && m.query_params.iter().all(|wanted| {
                query
                    .split('&')
                    .filter_map(|pair| pair.split_once('='))
                    .find(|(name, _)| *name == wanted.name)
                    .is_some_and(|(_, value)| value == wanted.value)
            })
    };
    let written: Vec<(u32, u32)> = (0..)
        .zip(&table.rules)
        .flat_map(|(r, rule)| (0..rule.matches.len().max(1) as u32).map(move |m| (r, m)))
        .collect();
    let order = if table.match_order.is_empty() {
        &written
    } else {
        &table.match_order
    };
    order
        .iter()
        .find(|&&(r, m)| {
            table.rules[r as usize]
                .matches
                .get(m as usize)
                .is_none_or(holds)
        })
        .map(|&(r, _)| r as usize)
}

/// "Matches based on a URL path prefix split by `/` … done on a path element by element basis."
fn path_holds(wanted: &PathMatch, path: &str) -> bool {
    match wanted.kind {
        PathMatchType::Exact => wanted.value == path,
        PathMatchType::PathPrefix => {
            let prefix: Vec<&str> = wanted.value.trim_end_matches('/').split('/').collect();
            let elements: Vec<&str> = path.split('/').collect();
            path.starts_with('/') && elements.starts_with(&prefix)
        }
        // The only pattern that `random_config` writes.
        PathMatchType::RegularExpression => path.ends_with("/b"),
    }
}

fn random_path(rng: &mut Rng) -> String {
    let mut path = String::new();
    for _ in 0..rng.usize(1..4) {
        path.push('/');
        path.push_str(rng.choice(["a", "b", "ab", "", "{x}"]).unwrap());
    }
    path
}

/// A Service `s` in `n` whose port 80 has rules `rule-0`, `rule-1`, … in no sensible order.
pub(crate) fn random_config(rng: &mut Rng) -> Config {
    let value = |name: &str, rng: &mut Rng| ValueMatch {
        name: name.into(),
        kind: MatchType::Exact,
        value: rng.choice(["1", "2", "1,2"]).unwrap().into(),
    };
    let random_match = |rng: &mut Rng| Match {
        hostname: None,
        path: match rng.u8(..8) {
            0 => None,
            1 => Some(PathMatch {
                kind: PathMatchType::RegularExpression,
                value: "(?s).*/b".into(),
            }),
            2..=4 => Some(PathMatch {
                kind: PathMatchType::Exact,
                value: random_path(rng),
            }),
            _ => Some(PathMatch {
                kind: PathMatchType::PathPrefix,
                value: random_path(rng),
            }),
        },
        method: rng
            .choice([None, None, None, Some(Method::Get), Some(Method::Post)])
            .unwrap(),
        headers: (0..rng.usize(0..3))
            .map(|i| value(["x", "y"][i], rng))
            .collect(),
        query_params: (0..rng.usize(0..2))
            .map(|i| value(["p", "q"][i], rng))
            .collect(),
    };
    let rules: Vec<Rule> = (0..rng.usize(1..12))
        .map(|r| Rule {
            // Now and then none, which is a rule for everything.
            matches: (0..rng.usize(0..40).min(3))
                .map(|_| random_match(rng))
                .collect(),
            backend_refs: vec![BackendRef {
                cluster: Some(format!("rule-{r}")),
                invalid: None,
                weight: 1,
                filters: vec![],
            }],
            ..Rule::default()
        })
        .collect();
    let mut match_order: Vec<(u32, u32)> = (0..)
        .zip(&rules)
        .flat_map(|(r, rule)| (0..rule.matches.len().max(1) as u32).map(move |m| (r, m)))
        .collect();
    rng.shuffle(&mut match_order);
    let config = Config {
        services: vec![Service {
            kind: ServiceKind::Service,
            namespace: "n".into(),
            name: "s".into(),
            hosts: vec![],
            cluster_ips: vec![],
            ports: vec![Port {
                port: 80,
                cluster: "own".into(),
                producer: Some(RouteTable {
                    rules,
                    match_order: if rng.bool() { match_order } else { vec![] },
                    patterns: Default::default(),
                }),
                consumers: Default::default(),
            }],
        }],
        ..Config::default()
    };
    config.validate().unwrap();
    config
}

/// Method, path with query, headers.
pub(crate) fn random_request(rng: &mut Rng) -> (&'static str, String, Vec<(String, String)>) {
    let mut path = random_path(rng);
    if rng.bool() {
        path.push_str(
            rng.choice(["?p=1", "?p=2&q=1", "?q=1&q=2&p=1", "?", "?p"])
                .unwrap(),
        );
    }
    let headers = (0..rng.usize(0..4))
        .map(|_| {
            let name = rng.choice(["x", "X", "y", "z"]).unwrap();
            (name.into(), rng.choice(["1", "2"]).unwrap().into())
        })
        .collect();
    (rng.choice(["GET", "POST", "PUT"]).unwrap(), path, headers)
}
