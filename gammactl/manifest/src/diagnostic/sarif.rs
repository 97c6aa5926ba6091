//! Renders diagnostics as SARIF 2.1.0, which code scanning and editors read.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    codes,
    codes::Code,
    finding::{Diagnostic, Diagnostics},
};
use crate::source::{Sources, Span};

/// Has a section on each code, which becomes the help of its rule.
const PAGE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/diagnostics.md"
));

static RULES: LazyLock<Vec<Value>> =
    LazyLock::new(|| codes::ALL.iter().map(|code| rule(code)).collect());

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let results: Vec<Value> = diagnostics.iter().map(|d| result(d, sources)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "gammactl",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": *RULES,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: &Code) -> Value {
    let help = section(code.id);
    let mut rule = json!({
        "id": code.id,
        "shortDescription": {"text": code.title},
        "defaultConfiguration": {"level": code.severity.as_str()},
    });
    if let Some((first, whole)) = help {
        rule["fullDescription"] = json!({"text": first});
        rule["help"] = json!({"text": whole, "markdown": whole});
    }
    rule
}

/// The first paragraph and the whole of what the docs say about a code.
fn section(id: &str) -> Option<(String, &'static str)> {
    let heading = format!("\n### {id}: ");
    let start = PAGE.find(&heading)? + heading.len();
    let rest = &PAGE[start..];
    let rest = &rest[rest.find('\n')?..];
    let end = rest
        .find("\n## ")
        .into_iter()
        .chain(rest.find("\n### "))
        .min();
    let whole = rest[..end.unwrap_or(rest.len())].trim();
    let first = whole.split("\n\n").next()?.replace('\n', " ");
    Some((first, whole))
}

fn result(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let code = diagnostic.code;
    let parts = [
        Some(&diagnostic.message),
        diagnostic.why.as_ref(),
        diagnostic.hint.as_ref(),
    ];
    let message: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let mut result = json!({
        "ruleId": code.id,
        "ruleIndex": codes::ALL.iter().position(|other| other.id == code.id),
        "level": code.severity.as_str(),
        "message": {"text": message.join("\n")},
        "locations": [],
    });
    if let Some(span) = diagnostic.span {
        result["locations"] = json!([location(span, sources)]);
    }
    if let Some(also) = &diagnostic.also {
        let mut related = location(also.span, sources);
        related["message"] = json!({"text": also.value});
        result["relatedLocations"] = json!([related]);
    }
    result
}

fn location(span: Span, sources: &Sources) -> Value {
    let (line, column) = sources.line_column(span);
    let (end_line, end_column) = sources.end_line_column(span);
    json!({"physicalLocation": {
        "artifactLocation": artifact(&sources.of(span).name),
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
        },
    }})
}

/// Relative to the repository, so that the findings are shown beside the files wherever it was
/// checked out.
fn artifact(name: &str) -> Value {
    let path = name.strip_prefix("./").unwrap_or(name);
    let encoded: String = path.bytes().map(encode).collect();
    if path.starts_with('/') {
        json!({"uri": format!("file://{encoded}")})
    } else {
        json!({"uri": encoded, "uriBaseId": "%SRCROOT%"})
    }
}

fn encode(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).into()
        }
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_relative_uris() {
        let uri = |name| artifact(name)["uri"].as_str().unwrap().to_owned();
        assert_eq!(uri("./routes/a b.yaml"), "routes/a%20b.yaml");
        assert_eq!(uri("routes/ä.yaml"), "routes/%C3%A4.yaml");
        assert_eq!(uri("/srv/a.yaml"), "file:///srv/a.yaml");
    }
}
