//! Makes a difference small enough to read.

use gamma_testbed::client::Request;
use serde_json::Value;

use crate::{compare::differences, pair::Pair, route_set::placed_request};

/// Smaller cases that are tried at once: two Envoys take longer to start than to answer.
const BATCH: usize = 100;

/// Routes, and a request that is answered differently.
#[derive(Debug, Clone)]
pub(crate) struct DifferingCase {
    pub(crate) routes: Value,
    pub(crate) request: Request,
}

/// Leaves out whatever the difference does not need, and says what is left, with both answers.
pub(crate) fn shrink(mut case: DifferingCase) -> String {
    let mut said = said(std::slice::from_ref(&case)).pop().flatten();
    while let Some((smaller, says)) = smaller(&case) {
        (case, said) = (smaller, Some(says));
    }
    let routes: Vec<String> = case
        .routes
        .as_array()
        .into_iter()
        .flatten()
        // JSON is YAML.
        .map(|route| format!("{route}\n"))
        .collect();
    format!(
        "reduced to:\n{}\n{}",
        routes.join("---\n"),
        said.unwrap_or_else(|| "nothing: it does not happen again".into()),
    )
}

/// The first smaller case that still differs, and how.
fn smaller(case: &DifferingCase) -> Option<(DifferingCase, String)> {
    let candidates: Vec<DifferingCase> = candidates(case);
    candidates.chunks(BATCH).find_map(|batch| {
        let said = said(batch);
        let mut differing = batch.iter().zip(said);
        differing.find_map(|(case, said)| Some((case.clone(), said?)))
    })
}

/// How each case differs, if it does.
fn said(cases: &[DifferingCase]) -> Vec<Option<String>> {
    let routes: Vec<&[Value]> = cases
        .iter()
        .map(|case| case.routes.as_array().map_or(&[][..], Vec::as_slice))
        .collect();
    let pair = Pair::start(&routes);
    let mut clients = pair.clients();
    let said = cases.iter().enumerate().map(|(place, case)| {
        let request = placed_request(&case.request, place);
        let [filtered, native] = clients.send(&request);
        let differences = differences(&filtered, &native);
        (!differences.is_empty()).then(|| {
            format!(
                "{request:?}\n{}\nwith the filter: {filtered:?}\nnatively: {native:?}\n",
                differences.join("\n")
            )
        })
    });
    said.collect()
}

/// The case without one thing, large things first.
fn candidates(case: &DifferingCase) -> Vec<DifferingCase> {
    let mut candidates: Vec<DifferingCase> = removable(&case.routes)
        .into_iter()
        .filter_map(|pointer| {
            Some(DifferingCase {
                routes: without(&case.routes, &pointer)?,
                request: case.request.clone(),
            })
        })
        .collect();
    let request = &case.request;
    let with = |request: Request| DifferingCase {
        request,
        ..case.clone()
    };
    for number in 0..request.headers.len() {
        let mut fewer = request.clone();
        fewer.headers.remove(number);
        candidates.push(with(fewer));
    }
    if let Some((path, query)) = request.path.split_once('?') {
        let mut parameters: Vec<&str> = query.split('&').collect();
        let path = match parameters.pop() {
            Some(_) if !parameters.is_empty() => format!("{path}?{}", parameters.join("&")),
            _ => path.to_owned(),
        };
        candidates.push(with(Request {
            path,
            ..request.clone()
        }));
    }
    candidates
}

/// What a route is valid without, as JSON pointers.
fn removable(routes: &Value) -> Vec<String> {
    const LISTS: [&str; 9] = [
        "rules",
        "matches",
        "filters",
        "backendRefs",
        "headers",
        "queryParams",
        "set",
        "add",
        "remove",
    ];
    const MEMBERS: [&str; 14] = [
        "matches",
        "filters",
        "backendRefs",
        "headers",
        "queryParams",
        "set",
        "add",
        "remove",
        "method",
        "path",
        "hostname",
        "scheme",
        "port",
        "creationTimestamp",
    ];
    let mut found = Vec::new();
    let mut level = vec![(String::new(), "", routes)];
    while let Some((at, name, value)) = level.pop() {
        match value {
            Value::Array(items) => {
                // A list of none is not always what no list is, and goes as a whole.
                let is_list = at.is_empty() || LISTS.contains(&name);
                for (number, item) in items.iter().enumerate() {
                    let pointer = format!("{at}/{number}");
                    if is_list && items.len() > 1 {
                        found.push(pointer.clone());
                    }
                    level.push((pointer, "", item));
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    let pointer = format!("{at}/{name}");
                    // A backend needs its port.
                    if MEMBERS.contains(&name.as_str())
                        && !(name == "port" && at.contains("backendRefs"))
                    {
                        found.push(pointer.clone());
                    }
                    level.push((pointer, name, member));
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|pointer| pointer.matches('/').count());
    found
}

fn without(value: &Value, pointer: &str) -> Option<Value> {
    let mut smaller = value.clone();
    let (parent, last) = pointer.rsplit_once('/')?;
    match smaller.pointer_mut(parent)? {
        Value::Array(values) => {
            values.remove(last.parse().ok()?);
        }
        Value::Object(fields) => {
            fields.remove(last)?;
        }
        _ => return None,
    }
    Some(smaller)
}
