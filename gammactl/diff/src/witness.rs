//! Requests that stand for all requests of a region.

use std::{collections::BTreeSet, fmt::Display};

use gamma_explain::request::{HeaderLine, RequestLine, Simulated};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    region::Region,
    request_part::{PartValue, RequestPart},
    space::Space,
};

/// Paths of a region that are tried.
const PATHS: usize = 12;
/// Spellings of the host that are tried.
const ADDRESSES: usize = 8;

/// Requests out of `region` that what a rule does may tell apart: a rewrite looks at how the path
/// goes on after the prefix, a redirect at scheme and host. The simplest first.
pub(super) fn requests(space: &Space, region: &Region) -> Vec<Simulated> {
    let simplest = space.simplest(region);
    let mut cells = vec![simplest.clone()];
    let values = |part: &RequestPart, most: usize| -> Vec<(usize, usize)> {
        let Some(part) = space.number(part) else {
            return Vec::new();
        };
        let values = 0..space.values(part).len();
        values
            .filter(|&value| region.part(part).is_none_or(|allowed| allowed[value]))
            .take(most)
            .map(|value| (part, value))
            .collect()
    };
    let paths = values(&RequestPart::Path, PATHS);
    let addresses = values(&RequestPart::Address, ADDRESSES);
    for &(part, value) in paths.iter().chain(&addresses) {
        let mut cell = simplest.clone();
        cell[part] = value;
        cells.push(cell);
    }
    for &(path, p) in &paths {
        for &(address, a) in &addresses {
            let mut cell = simplest.clone();
            (cell[path], cell[address]) = (p, a);
            cells.push(cell);
        }
    }
    cells.iter().map(|cell| request(space, cell)).collect()
}

/// One request for each method of `region`, otherwise the simplest ones.
pub(super) fn by_method(space: &Space, region: &Region) -> Vec<Simulated> {
    let simplest = space.simplest(region);
    let Some(part) = space.number(&RequestPart::Method) else {
        return vec![request(space, &simplest)];
    };
    (0..space.values(part).len())
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
        match (space.part(part), &space.values(part)[value]) {
            (_, PartValue::Address(address)) => {
                line.scheme = address.scheme.into();
                line.authority.clone_from(&address.authority);
                destination = address.destination;
            }
            (RequestPart::Path, PartValue::Text(path)) => line.path.clone_from(path),
            (RequestPart::Method, PartValue::Text(method)) => line.method.clone_from(method),
            (RequestPart::Header(name), PartValue::Text(value)) => headers.push(HeaderLine {
                name: name.clone(),
                value: value.as_bytes().into(),
            }),
            (RequestPart::QueryParam(name), PartValue::Text(value)) => {
                query.push(if query.is_empty() { '?' } else { '&' });
                query.push_str(&format!("{}={}", encode(name), encode(value)));
            }
            (_, PartValue::Absent | PartValue::Text(_)) => {}
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
