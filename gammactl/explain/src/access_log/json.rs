//! JSON lines, whose keys are for whoever wrote the format to choose: the usual ones.

use serde_json::{Map, Value};

use super::{Logged, header, request_line};
use crate::request::Simulated;

pub(super) fn read(line: &str) -> Result<Logged, String> {
    let fields: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    let find = |names: &[&str]| {
        names.iter().find_map(|name| {
            let value = fields.get(*name)?.as_str()?;
            (!value.is_empty() && value != "-").then_some(value)
        })
    };
    let need = |names: &[&str]| {
        let missing = || format!("it has no `{}`", names[0]);
        find(names).ok_or_else(missing)
    };
    let method = need(&["method", ":method", "req_method", "request_method"])?;
    let path = need(&[
        "path",
        ":path",
        "x-envoy-original-path",
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
    let status = ["response_code", "status", "code"];
    let status = status.iter().find_map(|name| match fields.get(*name)? {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64()?.try_into().ok(),
    });
    let headers = headers.into_iter();
    Ok(Logged {
        request: Simulated {
            headers: headers
                .filter_map(|(name, names)| header(name, find(&names)?))
                .collect(),
            destination: find(&["downstream_local_address", "destination"])
                .and_then(|address| address.parse().ok()),
            ..Simulated::new(request_line(
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
