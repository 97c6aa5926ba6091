//! Random VirtualServices, and requests that tell their matches apart.

use fastrand::Rng;

use crate::source::{Matched, RuleMatches, SentRequest, TextMatch};

fn one<T: Clone>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())].clone()
}

fn uri(rng: &mut Rng) -> TextMatch {
    let exact = [
        "/", "/api", "/api/", "/api/v1", "/apis", "/Login", "//api", "/a+b", "nothing",
    ];
    let prefix = [
        "/", "/api", "/api/", "/api/v1", "/ap", "/apis/", "", "//", "/login", "api",
    ];
    let regex = [
        "/api/.*",
        "/v[0-9]+(/.*)?",
        ".*",
        "/.*s",
        "/(api|login)",
        "/api.*",
        "/api|/apis",
    ];
    match rng.u8(..7) {
        0..=1 => TextMatch::Exact(one(rng, &exact)),
        2..=4 => TextMatch::Prefix(one(rng, &prefix)),
        _ => TextMatch::Regex(one(rng, &regex)),
    }
}

fn value(rng: &mut Rng) -> TextMatch {
    one(
        rng,
        &[
            TextMatch::Present,
            TextMatch::Exact("1"),
            TextMatch::Exact("12"),
            TextMatch::Exact(""),
            TextMatch::Prefix("1"),
            TextMatch::Regex("[0-9]+"),
            TextMatch::Regex("1.*"),
            TextMatch::Regex(".*"),
        ],
    )
}

fn matched(rng: &mut Rng, clients: bool) -> Matched {
    let mut matched = Matched::default();
    if rng.u8(..8) > 0 {
        matched.uri = Some(uri(rng));
        matched.ignore_uri_case = rng.u8(..8) == 0;
    }
    if rng.u8(..5) == 0 {
        let methods = [
            TextMatch::Exact("GET"),
            TextMatch::Prefix("P"),
            TextMatch::Regex("GET|POST"),
            TextMatch::Regex(".*"),
        ];
        matched.method = Some(one(rng, &methods));
    }
    for name in ["x", "y"] {
        if rng.u8(..6) == 0 {
            matched.headers.push((name, value(rng)));
        }
        if rng.u8(..10) == 0 {
            matched.without_headers.push((name, value(rng)));
        }
    }
    if rng.u8(..8) == 0 {
        matched.query_params.push(("q", value(rng)));
    }
    if rng.u8(..10) == 0 {
        matched.port = Some(one(rng, &[80, 8080]));
    }
    if clients && rng.u8(..8) == 0 {
        matched.source_namespace = Some(one(rng, &["near", "far"]));
    }
    matched
}

/// Rules, the last of which mostly takes everything.
pub fn rules(rng: &mut Rng) -> RuleMatches {
    let clients = rng.bool();
    let mut rules: RuleMatches = (0..rng.usize(1..6))
        .map(|_| {
            (0..rng.usize(1..3))
                .map(|_| matched(rng, clients))
                .collect()
        })
        .collect();
    if rng.u8(..4) > 0 {
        rules.push(Vec::new());
    }
    rules
}

/// Requests of all kinds that the parts above tell apart.
#[must_use]
pub fn requests() -> Vec<SentRequest> {
    let paths = [
        "/",
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/x",
        "/apis",
        "/apis/x",
        "/apix",
        "/API/v1",
        "/ap",
        "/Login",
        "/login",
        "/login/x",
        "/a+b",
        "/v1",
        "/v12/x",
        "/v",
        "/s",
        "/v1/s",
    ];
    let values = [None, Some(""), Some("1"), Some("12"), Some("a")];
    let mut all = Vec::new();
    for (number, path) in paths.into_iter().enumerate() {
        for method in ["GET", "POST", "DELETE"] {
            for x in values {
                for (turn, y) in values.into_iter().enumerate() {
                    // Not every port and client with everything: they select lists, which all paths ask for.
                    let turn = turn + number;
                    let headers = [("x", x), ("y", y)];
                    let query = [None, Some(("q", "1")), Some(("q", ""))][turn % 3];
                    all.push(SentRequest {
                        path,
                        method,
                        headers: headers
                            .into_iter()
                            .filter_map(|(n, v)| Some((n, v?)))
                            .collect(),
                        query: query.into_iter().collect(),
                        port: [80, 8080][turn % 2],
                        namespace: ["near", "far", "shop"][turn / 2 % 3],
                    });
                }
            }
        }
    }
    all
}
