//! Whatever stands in a line of an access log, it is a request or is refused; and a request that is read is the same
//! one in a line of JSON.

#![no_main]

use gamma_explain::access_log::{Logged, read_line};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|text: &[u8]| {
    let text = String::from_utf8_lossy(text);
    for line in text.lines() {
        let Ok(Some(logged)) = read_line(line, 7) else {
            continue;
        };
        assert!(!logged.request.line.authority.is_empty());
        // RFC 9110, section 15: "a three-digit integer code".
        assert!(
            logged.status.is_none_or(|status| status < 1000),
            "{:?}",
            logged.status
        );
        check_written(&logged);
    }
});

fn check_written(logged: &Logged) {
    let request = &logged.request;
    let line = &request.line;
    // Both mean in JSON that there is nothing.
    let is_empty = request.headers.iter().any(|header| header.value.is_empty());
    if line.authority == "-" || is_empty {
        return;
    }
    let mut written = json!({
        "method": line.method,
        "scheme": line.scheme,
        "authority": line.authority,
        "path": line.path,
        "response_code": logged.status,
        "rule": logged.rule,
        "downstream_local_address": request.destination,
    });
    for header in &request.headers {
        let value: String = header.value.iter().copied().map(char::from).collect();
        written[&header.name] = Value::String(value);
    }
    let again = read_line(&written.to_string(), request.now);
    let again = again.unwrap_or_else(|error| panic!("{written}: {error}"));
    let sorted = |logged: &Logged| {
        let mut logged = logged.clone();
        logged.request.headers.sort();
        logged
    };
    assert_eq!(
        again.as_ref().map(sorted),
        Some(sorted(logged)),
        "{written}"
    );
}
