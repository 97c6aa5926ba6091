//! What came of a request, in one line.

use std::collections::BTreeSet;

use gamma_testbed::fixture::{Exchange, Observed};

/// What proxies and servers say of themselves, by the beginnings of names.
const OF_PROXIES: [&str; 15] = [
    "x-envoy-",
    "x-forwarded-",
    "x-request-id",
    "x-b3-",
    "x-gamma-",
    "traceparent",
    "tracestate",
    "baggage",
    "host",
    "connection",
    "content-",
    "transfer-encoding",
    "date",
    "server",
    "x-echo-",
];

/// Who answered, or the status of an answer that no backend gave; then what the backend saw otherwise than the client sent it, and the
/// headers of the response. `backend` names the backend.
#[must_use]
pub fn answer(exchange: &Exchange, observed: &Observed, backend: &str) -> String {
    let mut words = Vec::new();
    match &observed.seen {
        None => words.push(observed.status.to_string()),
        Some(seen) => {
            words.push(backend.to_owned());
            if observed.status != 200 {
                words.push(observed.status.to_string());
            }
            let sent = &exchange.request;
            if seen.path != sent.path {
                words.push(format!("path={}", seen.path));
            }
            if seen.host != sent.authority {
                words.push(format!("host={}", seen.host));
            }
            let sent: Vec<(String, String)> = exchange
                .headers
                .iter()
                .map(|line| {
                    let value = String::from_utf8_lossy(&line.value);
                    (line.name.to_lowercase(), value.into_owned())
                })
                .collect();
            let (arrived, sent) = (joined(&seen.headers), joined(&sent));
            let lost = sent.iter().filter(|(name, _)| {
                let same = arrived.iter().any(|(other, _)| other == name);
                !same
            });
            words.extend(lost.map(|(name, _)| format!("-{name}")));
            let new = arrived.difference(&sent);
            words.extend(new.map(|(name, value)| format!("+{name}={value}")));
        }
    }
    let headers = joined(&observed.headers);
    words.extend(
        headers
            .iter()
            .map(|(name, value)| format!("<{name}={value}")),
    );
    words.join(" ")
}

/// Without those of proxies; values of one name joined by commas.
fn joined(headers: &[(String, String)]) -> BTreeSet<(String, String)> {
    let is_of_routes = |name: &str| {
        let is_of_proxies = OF_PROXIES.iter().any(|begin| name.starts_with(begin));
        !is_of_proxies
    };
    let names: BTreeSet<&String> = headers
        .iter()
        .map(|(name, _)| name)
        .filter(|name| is_of_routes(name))
        .collect();
    names
        .into_iter()
        .map(|name| {
            let values = headers.iter().filter(|(other, _)| other == name);
            let values: Vec<&str> = values.map(|(_, value)| &**value).collect();
            (name.clone(), values.join(","))
        })
        .collect()
}

/// What came of a request that was sent several times: each answer once.
#[must_use]
pub fn several(answers: BTreeSet<String>) -> String {
    Vec::from_iter(answers).join(" | ")
}
