//! From a region to requests that stand for it.

use std::{collections::BTreeSet, fmt::Display};

use gamma_config::{Filter, Rule};
use gamma_explain::request::{HeaderLine, RequestLine, Simulated};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    region::Region,
    space::{Aspect, Atom, Space},
};

/// Paths of a region that are tried.
const PATHS: usize = 12;
/// Spellings of the host that are tried.
const TARGETS: usize = 8;
/// Origins that are tried.
const ORIGINS: usize = 12;

/// Requests out of `region` that what a rule does may tell apart: a rewrite looks at how the path
/// goes on after the prefix, a redirect at scheme and host. The simplest first.
pub(super) fn requests(space: &Space, region: &Region) -> Vec<Simulated> {
    let simplest = space.simplest(region);
    let mut cells = vec![simplest.clone()];
    let values = |aspect: &Aspect, most: usize| -> Vec<(usize, usize)> {
        let Some(part) = space.part(aspect) else {
            return Vec::new();
        };
        let values = 0..space.atoms(part).len();
        values
            .filter(|&value| region.part(part).is_none_or(|allowed| allowed[value]))
            .take(most)
            .map(|value| (part, value))
            .collect()
    };
    let paths = values(&Aspect::Path, PATHS);
    let targets = values(&Aspect::Target, TARGETS);
    for &(part, value) in paths.iter().chain(&targets) {
        let mut cell = simplest.clone();
        cell[part] = value;
        cells.push(cell);
    }
    for &(path, p) in &paths {
        for &(target, t) in &targets {
            let mut cell = simplest.clone();
            (cell[path], cell[target]) = (p, t);
            cells.push(cell);
        }
    }
    cells.iter().map(|cell| request(space, cell)).collect()
}

/// One request for each method of `region`, otherwise the simplest ones.
pub(super) fn by_method(space: &Space, region: &Region) -> Vec<Simulated> {
    let simplest = space.simplest(region);
    let Some(part) = space.part(&Aspect::Method) else {
        return vec![request(space, &simplest)];
    };
    (0..space.atoms(part).len())
        .filter(|&value| region.part(part).is_none_or(|allowed| allowed[value]))
        .map(|value| {
            let mut cell = simplest.clone();
            cell[part] = value;
            request(space, &cell)
        })
        .collect()
}

/// The request, as a script on a page of each origin would make it.
pub(super) fn cross_origin(plain: &Simulated, origins: &BTreeSet<String>) -> Vec<Simulated> {
    let from = |origin: &String| with(plain, &plain.line.method, &[("origin", origin)]);
    origins.iter().map(from).collect()
}

/// What a browser asks before it makes the request for a page of each origin.
pub(super) fn preflights(plain: &Simulated, origins: &BTreeSet<String>) -> Vec<Simulated> {
    let asks = |origin: &String| {
        let headers = [
            ("origin", &**origin),
            ("access-control-request-method", &plain.line.method),
            // What is said to `*` with credentials depends on what is asked for.
            ("access-control-request-headers", "x-asked"),
        ];
        [
            with(plain, "OPTIONS", &headers[..2]),
            with(plain, "OPTIONS", &headers),
        ]
    };
    origins.iter().flat_map(asks).collect()
}

/// The request with another method, and with more headers where it has none of the name.
fn with(plain: &Simulated, method: &str, headers: &[(&str, &str)]) -> Simulated {
    let mut request = plain.clone();
    request.line.method = method.into();
    for (name, value) in headers {
        if !request.headers.iter().any(|header| header.name == *name) {
            request.headers.push(HeaderLine {
                name: (*name).into(),
                value: value.as_bytes().into(),
            });
        }
    }
    request
}

/// Whether any of the rule's filters is CORS.
pub(super) fn has_cors(rule: &Rule) -> bool {
    cors(rule).next().is_some()
}

fn cors(rule: &Rule) -> impl Iterator<Item = &gamma_config::Cors> {
    let of_backends = rule
        .backend_refs
        .iter()
        .flat_map(|backend| &backend.filters);
    rule.filters
        .iter()
        .chain(of_backends)
        .filter_map(|filter| match filter {
            Filter::Cors(cors) => Some(cors),
            _ => None,
        })
}

/// Methods that the CORS filters of the rules name.
pub(super) fn announced<'r>(rules: impl Iterator<Item = &'r Rule>) -> BTreeSet<String> {
    let methods = rules.flat_map(cors).flat_map(|cors| &cors.allow_methods);
    methods.cloned().collect()
}

/// One origin for each that the rules name, and one that nobody names.
pub(super) fn origins<'r>(rules: impl Iterator<Item = &'r Rule>) -> BTreeSet<String> {
    let mut origins: BTreeSet<String> = rules
        .flat_map(cors)
        .flat_map(|cors| &cors.allow_origins)
        .filter(|origin| *origin != "*")
        .map(|origin| origin.replace('*', "x"))
        .take(ORIGINS)
        .collect();
    if !origins.is_empty() {
        origins.insert("https://x.invalid:8443".into());
    }
    origins.insert("https://x.invalid".into());
    origins
}

fn request(space: &Space, cell: &[usize]) -> Simulated {
    let mut line = RequestLine {
        method: "GET".into(),
        scheme: "http".into(),
        authority: String::new(),
        path: "/".into(),
    };
    let mut destination = None;
    let mut headers = Vec::new();
    let mut query = String::new();
    for (part, &value) in cell.iter().enumerate() {
        match (space.aspect(part), &space.atoms(part)[value]) {
            (_, Atom::Target(target)) => {
                line.scheme = target.scheme.into();
                line.authority.clone_from(&target.authority);
                destination = target.destination;
            }
            (Aspect::Path, Atom::Text(path)) => line.path.clone_from(path),
            (Aspect::Method, Atom::Text(method)) => line.method.clone_from(method),
            (Aspect::Header(name), Atom::Text(value)) => headers.push(HeaderLine {
                name: name.clone(),
                value: value.as_bytes().into(),
            }),
            (Aspect::QueryParam(name), Atom::Text(value)) => {
                query.push(if query.is_empty() { '?' } else { '&' });
                query.push_str(&format!("{}={}", encode(name), encode(value)));
            }
            (_, Atom::Absent | Atom::Text(_)) => {}
        }
    }
    line.path.push_str(&query);
    Simulated {
        headers,
        destination,
        ..Simulated::new(line)
    }
}

/// What stands for itself in a query parameter.
const QUERY_LITERALS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b',')
    .remove(b'+')
    .remove(b'*');

fn encode(text: &str) -> impl Display {
    utf8_percent_encode(text, QUERY_LITERALS)
}
