//! Requests out of Envoy's access logs.
//!
//! Known are Envoy's default format, Istio's, the one that `gammactl envoy` writes, and JSON lines
//! with the usual names. A log does not have the headers of a request, but for a few.

mod json;
mod text;

use super::{ExplainedAction, Explanation, Predicate};
use crate::request::{HeaderLine, RequestLine, Simulated};

/// A request that was served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// What the log says of it.
    pub request: Simulated,
    /// Status of the answer.
    pub status: Option<u16>,
    /// The rule that won, if the log has it: `-` if there was none.
    pub rule: Option<String>,
}

/// Reads a line. `None` for an empty one.
///
/// # Errors
///
/// What the line has not.
pub fn read_line(line: &str, now: u64) -> Result<Option<Logged>, String> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(None);
    }
    let mut logged = match line.starts_with('{') {
        true => json::read(line)?,
        false => text::read(line)?,
    };
    logged.request.now = now;
    Ok(Some(logged))
}

/// What should be known of the explanation of a logged request.
#[must_use]
pub fn notes(explanation: &Explanation, logged: &Logged) -> Vec<String> {
    let mut notes = Vec::new();
    let end = explanation.winner.unwrap_or(explanation.candidates.len());
    let mut unknown: Vec<String> = Vec::new();
    for candidate in explanation.candidates.iter().take(end) {
        if let Some(failed) = &candidate.failed
            && failed.predicate == Predicate::Header
            && failed.got.is_none()
            && let Some(name) = &failed.name
            && !unknown.contains(name)
        {
            unknown.push(name.clone());
        }
    }
    if !unknown.is_empty() {
        notes.push(format!(
            "the log does not have the headers of the request; with {} another rule may have won",
            unknown.join(" or ")
        ));
    }
    if let Some(rule) = &logged.rule {
        let explained = explanation.rule().map(ToString::to_string);
        let explained = explained.as_deref().unwrap_or("-");
        notes.push(match rule == explained {
            true => "the log names the same rule".into(),
            false => format!("the log names another rule: {rule}"),
        });
    }
    if let Some(status) = logged.status {
        let mut expected = explanation
            .outcomes
            .iter()
            .filter_map(super::ExplainedOutcome::status);
        let forwards = |outcome: &super::ExplainedOutcome| {
            matches!(
                outcome.action,
                ExplainedAction::Forward { .. } | ExplainedAction::PassThrough
            )
        };
        let may_be_any = explanation.outcomes.iter().any(forwards);
        if !may_be_any && !expected.any(|expected| expected == status) {
            notes.push(format!("the log has another status: {status}"));
        }
    }
    notes
}

fn header(name: &str, value: &str) -> Option<HeaderLine> {
    (value != "-").then(|| format!("{name}: {value}").parse().ok())?
}

fn request_line(
    method: &str,
    scheme: &str,
    authority: &str,
    path: &str,
) -> Result<RequestLine, String> {
    format!("{method} {scheme}://{authority}{path}")
        .parse()
        .map_err(|error: crate::request::Invalid| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = r#"[2026-11-21T08:00:10.123Z] "GET /items?q=1 HTTP/1.1" 404 NR 0 0 1 - "10.1.2.3" "curl/8.5.0" "d7c1-4e" "catalog:80" "-""#;
    const ISTIO: &str = r#"[2026-11-21T08:00:10.123Z] "POST /pay HTTP/2" 503 UF upstream_reset - "delayed connect error: 111" 0 91 3 - "-" "Mozilla/5.0 (X11; Linux)" "f00d" "till.shop.svc.cluster.local" "10.244.0.7:8080" outbound|80||till.shop.svc.cluster.local 10.244.0.9:51234 10.96.0.12:80 10.244.0.9:40112 - default"#;
    const GAMMA: &str = r#"[2026-11-21T08:00:10.123Z] "GET cart/beta?q=1 HTTP/1.1" 200 - via_upstream rule=HTTPRoute/shop/cart/beta backend=shop/cart-v2/80 upstream=127.0.0.1:80 reason=- 2ms"#;
    const JSON: &str = r#"{"method":"GET","path":"/items","authority":"catalog","response_code":200,"user_agent":"me","downstream_local_address":"10.96.0.1:80","protocol":"HTTP/1.1"}"#;

    #[test]
    fn the_usual_formats_are_read() {
        for (line, request, headers, to, status, rule) in [
            (
                DEFAULT,
                "GET http://catalog:80/items?q=1",
                3,
                None,
                404,
                None,
            ),
            (
                ISTIO,
                "POST http://till.shop.svc.cluster.local/pay",
                2,
                Some("10.96.0.12:80"),
                503,
                None,
            ),
            (
                GAMMA,
                "GET http://cart/beta?q=1",
                0,
                None,
                200,
                Some("HTTPRoute/shop/cart/beta"),
            ),
            (
                JSON,
                "GET http://catalog/items",
                1,
                Some("10.96.0.1:80"),
                200,
                None,
            ),
        ] {
            let logged = read_line(line, 0).unwrap().unwrap();
            assert_eq!(logged.request.line.to_string(), request, "{line}");
            assert_eq!(logged.request.headers.len(), headers, "{logged:?}");
            let to = to.map(|to| to.parse().unwrap());
            assert_eq!(logged.request.destination, to, "{line}");
            assert_eq!(logged.status, Some(status), "{line}");
            assert_eq!(logged.rule.as_deref(), rule, "{line}");
        }
    }

    #[test]
    fn other_lines_are_refused() {
        for (line, why) in [
            ("[2026-11-21] starting", "no request in quotes"),
            (
                r#""GET / HTTP/1.1" 400 DPE 0 0 0 - "-" "-" "-" "-" "-""#,
                "no authority",
            ),
            (r#""- - HTTP/1.1" 400"#, "is not"),
            (r#"{"method": "GET"}"#, "no `path`"),
            ("{", "EOF"),
        ] {
            let said = read_line(line, 0).unwrap_err();
            assert!(said.contains(why), "{line}: {said}");
        }
    }
}
