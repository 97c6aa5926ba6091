//! Reads a line of an access log in JSON. The format lets its author choose the keys; the usual ones
//! are known.

use gamma_compile::envoy_headers::LOGGED_PATH;
use gamma_config::wire;
use serde_json::{Map, Value};

use super::logged::{LogLineError, Logged, header, status};
use crate::request::{RequestLine, Simulated};

pub(super) fn read(line: &str) -> Result<Logged, LogLineError> {
    let fields: Map<String, Value> = serde_json::from_str(line)?;
    let find = |names: &[&str]| {
        names.iter().find_map(|name| {
            let value = fields.get(*name)?.as_str()?;
            (!value.is_empty() && value != "-").then_some(value)
        })
    };
    let need = |names: &[&'static str]| find(names).ok_or(LogLineError::Field(names[0]));
    let method = need(&["method", ":method", "req_method", "request_method"])?;
    let path = need(&[
        "path",
        ":path",
        wire::ORIGINAL_PATH,
        LOGGED_PATH,
        "req_path",
        "request_path",
    ])?;
    let authority = need(&["authority", ":authority", "host", "req_authority"])?;
    let scheme = find(&[
        "scheme",
        ":scheme",
        "x_forwarded_proto",
        "x-forwarded-proto",
    ]);
    let headers = [
        ("user-agent", ["user_agent", "user-agent"]),
        ("x-request-id", ["request_id", "x-request-id"]),
        ("x-forwarded-for", ["x_forwarded_for", "x-forwarded-for"]),
    ];
    let statuses = ["response_code", "status", "code"];
    let status = statuses.iter().find_map(|name| match fields.get(*name)? {
        Value::String(text) => status(text),
        number => status(&number.as_u64()?.to_string()),
    });
    let headers = headers.into_iter();
    Ok(Logged {
        request: Simulated {
            headers: headers
                .filter_map(|(name, names)| header(name, find(&names)?))
                .collect(),
            destination: find(&["downstream_local_address", "destination"])
                .and_then(|address| address.parse().ok()),
            ..Simulated::new(RequestLine::from_parts(
                method,
                scheme.unwrap_or("http"),
                authority,
                path,
            )?)
        },
        status,
        rule: fields
            .get("rule")
            .and_then(|rule| rule.as_str())
            .map(Into::into),
    })
}
