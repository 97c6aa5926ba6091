//! Whether two answers are the same, but for what is known to differ.

use std::collections::{BTreeMap, BTreeSet};

use gamma_testbed::fixture::Observed;

use crate::query::decoded;

/// Request headers that are another for each request.
const NOT_OF_REQUESTS: [&str; 1] = ["x-request-id"];
/// Response headers that tell the time or the length of what was echoed, and that by which "a client tells Gamma's
/// answers from a backend's" (semantics.md).
const NOT_OF_RESPONSES: [&str; 4] = [
    "date",
    "content-length",
    "x-envoy-upstream-service-time",
    "x-gamma-reason",
];

/// How the answer with the filter differs from the native one, a line each.
pub(crate) fn differences(filtered: &Observed, native: &Observed) -> Vec<String> {
    let (mut filtered, mut native) = (facts(filtered), facts(native));
    // "80 and 443 are left out where they are the scheme's own" (semantics.md): "Implementations SHOULD NOT add the
    // port number in the 'Location' header". Envoy adds what it is given.
    if let Some(location) = native.get_mut("response location") {
        *location = without_own_port(location);
    }
    for name in ["path", "request x-envoy-original-path", "response location"] {
        if let Some(url) = filtered.get_mut(name) {
            *url = decoded(url);
        }
    }
    // "What a rewrite leaves behind" (semantics.md): Envoy's own leaves the host too.
    native.remove("request x-envoy-original-host");
    let names: BTreeSet<String> = filtered.keys().chain(native.keys()).cloned().collect();
    let mut differences = Vec::new();
    for name in names {
        let (with_filter, natively) = (filtered.remove(&name), native.remove(&name));
        if with_filter != natively {
            differences.push(format!(
                "{name}: {with_filter:?} with the filter, {natively:?} natively"
            ));
        }
    }
    differences
}

/// Everything that is compared, by name.
fn facts(observed: &Observed) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    facts.insert("status".into(), observed.status.to_string());
    let mut response = joined(&observed.headers);
    for name in NOT_OF_RESPONSES {
        response.remove(name);
    }
    if let Some(seen) = &observed.seen {
        facts.insert("backend".into(), seen.backend.to_string());
        facts.insert("path".into(), seen.path.clone());
        facts.insert("host".into(), seen.host.clone());
        let mut request = joined(&seen.headers);
        for name in NOT_OF_REQUESTS {
            request.remove(name);
        }
        facts.extend(
            request
                .into_iter()
                .map(|(name, value)| (format!("request {name}"), value)),
        );
    } else {
        // Gamma's answers say in words what is wrong.
        response.remove("content-type");
    }
    facts.extend(
        response
            .into_iter()
            .map(|(name, value)| (format!("response {name}"), value)),
    );
    facts
}

/// The values of a header that comes more than once are one, as RFC 9110 (5.3) allows a proxy to join them.
fn joined(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        joined
            .entry(name.clone())
            .and_modify(|values| {
                values.push(',');
                values.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    joined
}

fn without_own_port(location: &str) -> String {
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")] {
        let Some(rest) = location.strip_prefix(scheme) else {
            continue;
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = authority.strip_suffix(port).unwrap_or(authority);
        return format!("{scheme}{authority}{path}");
    }
    location.to_owned()
}
