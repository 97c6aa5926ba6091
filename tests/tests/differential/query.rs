//! Queries with percent-encoding. Gamma compares the decoded names and values, and Envoy those that were sent
//! ("Encoded query parameters", semantics.md): it is sent a query that somebody else has decoded.

use gamma_testbed::client::Request;

/// The request for the Envoy that does not decode.
pub(crate) fn decoded_request(request: &Request) -> Request {
    Request {
        path: decoded(&request.path),
        ..request.clone()
    }
}

/// A path or URL with its query decoded, once.
pub(crate) fn decoded(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let mut decoded = format!("{path}?");
    let mut rest = query;
    while let Some((before, after)) = rest.split_once('%') {
        decoded.push_str(before);
        let byte = after.get(..2).filter(|digits| is_hex(digits));
        match byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte.into());
                rest = &after[2..];
            }
            None => {
                decoded.push('%');
                rest = after;
            }
        }
    }
    decoded + rest
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}
