//! Random requests that are likely to meet the matches of two configs.

use std::net::SocketAddr;

use fastrand::Rng;
use gamma_config::{Config, Match, MatchType, PathMatchType, Rule};
use gamma_explain::request::{HeaderLine, RequestLine, Simulated};

use crate::{
    NAMESPACES, once_in, pick,
    routes::{HEADERS, HOSTNAMES, ORIGINS, PARAMS, PATHS, PATTERNS, VALUE_PATTERNS, VALUES},
};

/// What requests are aimed at.
pub(crate) struct Aims<'c> {
    /// Matches of rules that are on one side only: where a decision may change.
    changed: Vec<&'c Match>,
    all: Vec<&'c Match>,
}

impl<'c> Aims<'c> {
    pub(crate) fn new(old: &'c Config, new: &'c Config) -> Self {
        let (olds, news) = (rules(old), rules(new));
        let only = |these: &[&'c Rule], others: &[&'c Rule]| {
            let those = these.iter().filter(|rule| !others.contains(rule));
            those.flat_map(|rule| &rule.matches).collect::<Vec<_>>()
        };
        let changed = [only(&olds, &news), only(&news, &olds)].concat();
        let all = olds.iter().chain(&news).flat_map(|rule| &rule.matches);
        Self {
            changed,
            all: all.collect(),
        }
    }

    fn pick(&self, rng: &mut Rng) -> Option<&'c Match> {
        let among = if self.changed.is_empty() || once_in(rng, 3) {
            &self.all
        } else {
            &self.changed
        };
        (!among.is_empty()).then(|| pick(rng, among))
    }
}

fn rules(config: &Config) -> Vec<&Rule> {
    let ports = config.services.iter().flat_map(|service| &service.ports);
    ports
        .flat_map(|port| port.producer.iter().chain(port.consumers.values()))
        .flat_map(|table| &table.rules)
        .collect()
}

pub(crate) fn request(rng: &mut Rng, aims: &Aims<'_>) -> Simulated {
    let mut request = Simulated::new(RequestLine {
        method: pick(rng, &["GET", "POST", "PUT", "OPTIONS", "PATCH"]).into(),
        scheme: if once_in(rng, 10) { "https" } else { "http" }.into(),
        authority: authority(rng),
        path: path(rng),
    });
    let mut query = Vec::new();
    for _ in 0..pick(rng, &[0, 0, 1]) {
        query.push((pick(rng, &PARAMS).to_owned(), pick(rng, &VALUES).to_owned()));
    }
    for _ in 0..pick(rng, &[0, 0, 1, 2]) {
        let (name, value) = (pick(rng, &HEADERS), pick(rng, &VALUES));
        set(&mut request, name, value);
    }
    // What one match asks for, or two: that is where it matters which is first.
    for _ in 0..pick(rng, &[0, 1, 1, 2]) {
        if let Some(wanted) = aims.pick(rng) {
            aim(rng, wanted, &mut request, &mut query);
        }
    }
    if !query.is_empty() {
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request.line.path = format!("{}?{}", request.line.path, query.join("&"));
    }
    if once_in(rng, 3) {
        let origin = if once_in(rng, 4) {
            "https://other.example".into()
        } else {
            pick(rng, &ORIGINS).replace('*', "www")
        };
        set(&mut request, "origin", &origin);
        if rng.bool() {
            let method = request.line.method.clone();
            request.line.method = "OPTIONS".into();
            set(&mut request, "access-control-request-method", &method);
            if rng.bool() {
                set(&mut request, "access-control-request-headers", "x-b");
            }
        }
    }
    request.from = Some(pick(rng, &NAMESPACES).into());
    if once_in(rng, 8) {
        let port = pick(rng, &[80, 8080]);
        request.destination = Some(SocketAddr::from(([10, 0, 0, 1], port)));
    }
    request
}

fn aim(rng: &mut Rng, wanted: &Match, request: &mut Simulated, query: &mut Vec<(String, String)>) {
    if let Some(hostname) = &wanted.hostname {
        request.line.authority = hostname.replace('*', "cart");
    }
    if let Some(method) = wanted.method {
        request.line.method = method.as_str().into();
    }
    if let Some(path) = &wanted.path {
        request.line.path = match path.kind {
            PathMatchType::RegularExpression => sample(rng, &PATTERNS, &path.value),
            PathMatchType::Exact => path.value.clone(),
            PathMatchType::PathPrefix => {
                let prefix = path.value.trim_end_matches('/');
                let rest = pick(rng, &["", "/", "/b", "/z", "/b/c", "/12"]);
                match (prefix, rest) {
                    ("", "") => "/".into(),
                    _ => format!("{prefix}{rest}"),
                }
            }
        };
    }
    for header in &wanted.headers {
        let value = match header.kind {
            MatchType::Exact => header.value.clone(),
            MatchType::RegularExpression => sample(rng, &VALUE_PATTERNS, &header.value),
        };
        if header.name.eq_ignore_ascii_case("host") {
            request.line.authority = value;
        } else {
            set(request, &header.name, &value);
        }
    }
    for param in &wanted.query_params {
        let value = match param.kind {
            MatchType::Exact => param.value.clone(),
            MatchType::RegularExpression => sample(rng, &VALUE_PATTERNS, &param.value),
        };
        query.retain(|(name, _)| *name != param.name);
        query.push((param.name.clone(), value));
    }
}

fn sample(rng: &mut Rng, known: &[(&str, &[&str])], pattern: &str) -> String {
    let found = known.iter().find(|(other, _)| *other == pattern);
    found.map_or_else(|| "/x".into(), |(_, samples)| pick(rng, samples).into())
}

fn set(request: &mut Simulated, name: &str, value: &str) {
    request
        .headers
        .retain(|header| !header.name.eq_ignore_ascii_case(name));
    request.headers.push(HeaderLine {
        name: name.into(),
        value: value.into(),
    });
}

fn authority(rng: &mut Rng) -> String {
    match rng.u32(..16) {
        0..8 => "cart.shop".into(),
        8 => "cart".into(),
        9 => "CART.shop".into(),
        10 => "cart.shop.svc.cluster.local".into(),
        11 => "cart.example.com".into(),
        12 => "cart.shop:8080".into(),
        13 => pick(rng, &HOSTNAMES).replace('*', "www"),
        14 => "other.example".into(),
        _ => "till.shop".into(),
    }
}

fn path(rng: &mut Rng) -> String {
    match rng.u32(..4) {
        0 => pick(rng, &PATTERNS).1[0].into(),
        1 => format!("{}/z", pick(rng, &PATHS).trim_end_matches('/')),
        _ => pick(rng, &PATHS).into(),
    }
}
