//! What else should be known of an explanation.

use gamma_config::Rule;

use super::explanation::{Action, Explanation};

/// Notes on an explanation that has everything else.
pub(super) fn notes(explanation: &Explanation, rule: Option<&Rule>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(invalid) = rule.and_then(|rule| rule.invalid.as_ref()) {
        notes.push(format!("the rule can't be obeyed: {invalid}"));
    }
    let path = explanation
        .request
        .path
        .split('?')
        .next()
        .unwrap_or_default();
    if let Some(normal) = normalised(path)
        && explanation.service.is_some()
    {
        notes.push(format!(
            "this is about `{path}` as it reaches the filter; an Envoy with `normalize_path`, which \
             `gammactl envoy` sets, makes it `{normal}` before"
        ));
    }
    for outcome in &explanation.outcomes {
        if let Some(backend) = &outcome.backend
            && let Some(invalid) = &backend.invalid
            && matches!(outcome.action, Action::Reply { .. })
        {
            notes.push(format!(
                "backendRef {} is invalid: {invalid}",
                backend.index
            ));
        }
    }
    notes
}

/// `path` after Envoy's `normalize_path`, if that changes it: dot segments are resolved (RFC 3986,
/// section 5.2.4) and encoded unreserved characters decoded (section 6.2.2.2).
fn normalised(path: &str) -> Option<String> {
    let decoded = decode_unreserved(path);
    let mut segments: Vec<&str> = Vec::new();
    let mut rest = decoded.split('/').skip(1).peekable();
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        match segment {
            "." if is_last => segments.push(""),
            "." => {}
            ".." => {
                segments.pop();
                if is_last {
                    segments.push("");
                }
            }
            segment => segments.push(segment),
        }
    }
    let normal = format!("/{}", segments.join("/"));
    (normal != path).then_some(normal)
}

fn decode_unreserved(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        decoded.push_str(before);
        let byte = escape
            .get(1..3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let unreserved = byte
            .map(char::from)
            .filter(|c| c.is_ascii_alphanumeric() || "-._~".contains(*c));
        match unreserved {
            Some(char) => {
                decoded.push(char);
                rest = &escape[3..];
            }
            None => {
                decoded.push('%');
                rest = &escape[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_as_envoy_does() {
        for (path, normal) in [
            ("/a", None),
            ("/a//b/", None),
            ("/a%2Fb", None),
            ("/%61", Some("/a")),
            ("/a/../b", Some("/b")),
            ("/a/./b/.", Some("/a/b/")),
            ("/a/b/..", Some("/a/")),
            ("/..", Some("/")),
            ("/100%", None),
        ] {
            assert_eq!(normalised(path).as_deref(), normal, "{path}");
        }
    }
}
