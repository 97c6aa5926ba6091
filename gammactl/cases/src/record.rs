//! Writes a request as an item of `requests` of a case file that expects what becomes of it now.

use std::collections::BTreeSet;

use gamma_explain::{
    ChangedBy, ExplainedHeaderChange, Explainer, Explanation, HeaderField, request::Simulated,
};
use gamma_router::BuildError;
use serde_json::{Map, Value, json};

use super::{
    names::{BackendName, short},
    outcome::{PossibleOutcome, RequestEnd, outcomes},
};

/// `request` and what `explainer` says of it: the rule, who gets it or how it is answered, and all that the rule changes
/// on the way. Where outcomes are drawn by weight, what only some of them have is not expected.
///
/// The namespace of the client is written if `request` names one.
///
/// # Errors
///
/// As [`Explainer::explain`].
pub fn record(explainer: &Explainer, request: &Simulated) -> Result<Value, BuildError> {
    let explanation = explainer.explain(request)?;
    let router = explainer.router(&explanation.request.from)?;
    let all = outcomes(&explanation, &router, request, &[]);
    let mut item = Map::new();
    item.insert("request".into(), request.line.to_string().into());
    if !request.headers.is_empty() {
        let headers = request.headers.iter().map(ToString::to_string);
        item.insert("headers".into(), headers.collect());
    }
    if let Some(from) = &request.from {
        item.insert("from".into(), from.as_str().into());
    }
    if let Some(destination) = request.destination {
        item.insert("destination".into(), destination.to_string().into());
    }
    item.insert("expect".into(), expect(&explanation, &all).into());
    Ok(item.into())
}

/// Codes of a retry that are written: a longer list, such as all of 5xx, is not for people to read.
const MOST_CODES: usize = 8;

fn expect(explanation: &Explanation, all: &[PossibleOutcome]) -> Map<String, Value> {
    let mut expect = Map::new();
    let mut insert = |name: &str, value: Value| expect.insert(name.into(), value);
    let rule = explanation.rule().map(ToString::to_string);
    insert("rule", rule.as_deref().map(short).into());
    match all {
        [only] => match &only.end {
            RequestEnd::Backend(received) => {
                let backend = BackendName::of(&received.cluster).to_string();
                insert("backend", backend.into());
            }
            RequestEnd::PassThrough => {
                insert("passThrough", true.into());
            }
            RequestEnd::Answered => {
                insert("status", only.status.into());
            }
        },
        several => {
            let mut shares: Map<String, Value> = Map::new();
            for outcome in several {
                let name = match &outcome.end {
                    RequestEnd::Backend(received) => BackendName::of(&received.cluster).to_string(),
                    _ => outcome.status.to_string(),
                };
                add(&mut shares, name, outcome.share);
            }
            insert("shares", shares.into());
        }
    }
    if let Some(value) = same(all, |outcome| joined(&outcome.headers, "location")) {
        insert("location", value.into());
    }
    let asked = &explanation.request;
    if let Some(path) = same(all, |o| Some(o.received()?.path.clone()))
        && path != asked.path
    {
        insert("path", path.into());
    }
    if let Some(host) = same(all, |o| Some(o.received()?.host.clone()))
        && host != asked.authority
    {
        insert("host", host.into());
    }
    let requests = explanation.outcomes.iter().map(|o| &*o.request_changes);
    let requests = headers(requests, all, |outcome| {
        outcome.received().map(|received| &*received.headers)
    });
    if !requests.is_empty() {
        insert("requestHeaders", requests.into());
    }
    let responses = explanation.outcomes.iter().map(|o| &*o.response_changes);
    let responses = headers(responses, all, |outcome| Some(&*outcome.headers));
    if !responses.is_empty() {
        insert("responseHeaders", responses.into());
    }
    let copies = mirrors(all);
    if !copies.is_empty() {
        insert("mirrors", copies.into());
    }
    let timeouts = &explanation.policy.timeouts;
    let limits: Map<String, Value> = [
        ("request", timeouts.request),
        ("backendRequest", timeouts.backend_request),
    ]
    .into_iter()
    .filter_map(|(name, limit)| Some((name.to_owned(), limit?.to_string().into())))
    .collect();
    if !limits.is_empty() {
        insert("timeouts", limits.into());
    }
    if let Some(retry) = &explanation.policy.retry {
        let mut written = json!({"attempts": retry.attempts.unwrap_or(1)});
        if retry.codes.len() <= MOST_CODES {
            written["codes"] = json!(retry.codes);
        }
        if let Some(backoff) = retry.backoff {
            written["backoff"] = backoff.to_string().into();
        }
        insert("retry", written);
    }
    expect
}

/// What all outcomes have, if it is the same.
fn same<T: PartialEq>(
    all: &[PossibleOutcome],
    of: impl Fn(&PossibleOutcome) -> Option<T>,
) -> Option<T> {
    let mut values = all.iter().map(of);
    let first = values.next()??;
    values
        .all(|other| other.as_ref() == Some(&first))
        .then_some(first)
}

/// The headers that routes change, as all outcomes have them after it; `null` for those that are gone.
fn headers<'c>(
    changes: impl Iterator<Item = &'c [ExplainedHeaderChange]>,
    all: &[PossibleOutcome],
    of: impl Fn(&PossibleOutcome) -> Option<&[HeaderField]>,
) -> Map<String, Value> {
    let by_routes = |change: &&ExplainedHeaderChange| {
        matches!(
            change.by,
            ChangedBy::Rule | ChangedBy::Backend | ChangedBy::Cors
        ) && !change.name.starts_with(':')
    };
    let names: BTreeSet<&str> = changes
        .flatten()
        .filter(by_routes)
        .map(|change| &*change.name)
        .collect();
    names
        .into_iter()
        .filter_map(|name| {
            let value = same(all, |outcome| Some(joined(of(outcome)?, name)))?;
            Some((name.to_owned(), value.into()))
        })
        .collect()
}

fn joined(headers: &[HeaderField], name: &str) -> Option<String> {
    let headers = headers.iter().filter(|header| header.name == name);
    let values: Vec<&str> = headers.map(|header| &*header.value).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// Which share of such requests each backend gets a copy of.
fn mirrors(all: &[PossibleOutcome]) -> Map<String, Value> {
    let mut copies: Map<String, Value> = Map::new();
    for outcome in all {
        for mirror in &outcome.mirrors {
            let name = BackendName::of(&mirror.cluster).to_string();
            add(&mut copies, name, outcome.share * mirror.share);
        }
    }
    copies
}

/// With as many digits as a person would write.
fn add(shares: &mut Map<String, Value>, name: String, share: f64) {
    const DIGITS: f64 = 1e12;
    let before = shares.get(&name).and_then(Value::as_f64).unwrap_or(0.0);
    let sum = ((before + share) * DIGITS).round() / DIGITS;
    shares.insert(name, sum.into());
}
