//! The requests that Envoy answers itself, before any filter sees them.

use gamma_config::is_token;
use gamma_router::is_grpc;

use super::headers::{is, tokens, upgrade};
use crate::{
    normalize::{split_query, without_parameters},
    request::{HeaderLine, RequestLine, Simulated},
};

/// An answer of Envoy's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Status of the answer.
    pub status: u16,
    /// What access logs have as `%RESPONSE_CODE_DETAILS%`.
    pub details: &'static str,
    /// The reason in a sentence.
    pub message: String,
}

/// What Envoy's parser of HTTP/1.1 takes for a method.
const METHODS: [&str; 35] = [
    "ACL",
    "BIND",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "MSEARCH",
    "NOTIFY",
    "OPTIONS",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "SOURCE",
    "SUBSCRIBE",
    "TRACE",
    "UNBIND",
    "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
];

/// `max_request_headers_kb` of 60, which is all that comes before the body.
const MOST_BYTES: usize = 60 * 1024;
/// `max_headers_count`, of which `host` is one.
const MOST_HEADERS: usize = 100;

/// What no header can ask a proxy to remove.
const NOT_OF_A_CONNECTION: [&str; 3] = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

pub(super) fn of_request(request: &Simulated) -> Result<(), Refusal> {
    let mut headers = request.headers.iter();
    let kind = headers.find(|header| header.name.eq_ignore_ascii_case("content-type"));
    if !kind.is_some_and(|kind| is_grpc(&kind.value)) {
        message(request)?;
    }
    let line = &request.line;
    if tokens(&request.headers, "connection").any(|token| is(token, "host")) {
        return Err(refusal(
            400,
            "missing_host_header",
            "`connection: host` takes the host off the request",
        ));
    }
    if !line.authority.bytes().all(is_authority_byte) {
        return Err(refusal(
            400,
            "http.invalid_authority",
            format!("`{}` is no host", line.authority),
        ));
    }
    if !line.path.starts_with('/') {
        return Err(refusal(
            404,
            "absolute_path_rejected",
            format!("`{}` is no path, and can't be routed by", line.path),
        ));
    }
    if line.method == "QUERY" && kind.is_none() {
        return Err(refusal(
            400,
            "query_missing_content_type",
            "a QUERY needs a `content-type`",
        ));
    }
    path(&line.path)?;
    match upgrade(&request.headers) {
        Some(protocol) if !is(protocol, "websocket") && !is(protocol, "h2c") => Err(refusal(
            403,
            "upgrade_failed",
            format!(
                "a connection can be upgraded to `websocket` only, not to `{}`",
                String::from_utf8_lossy(protocol)
            ),
        )),
        _ => Ok(()),
    }
}

/// What the parser of HTTP/1.1 refuses.
fn message(request: &Simulated) -> Result<(), Refusal> {
    let line = &request.line;
    let bytes = size(request);
    if bytes > MOST_BYTES {
        // What comes first is read first.
        request_line(line)?;
        return Err(refusal(
            431,
            "http1.headers_too_large",
            format!("the headers are {bytes} bytes, and {MOST_BYTES} are the most"),
        ));
    }
    if line.path.is_empty() {
        request_line(line)?;
    }
    for HeaderLine { name, value } in &request.headers {
        if value
            .iter()
            .any(|byte| byte.is_ascii_control() && *byte != b'\t')
        {
            return Err(refusal(
                400,
                "http1.invalid_characters",
                format!("a control character is in the value of `{name}`"),
            ));
        }
    }
    request_line(line)?;
    for HeaderLine { name, .. } in &request.headers {
        if !is_token(name) {
            return unreadable(format!("`{name}` is no name of a header"));
        }
    }
    if !lengths_are_numbers(&request.headers) {
        return unreadable("`content-length` is not one number".into());
    }
    let count = request.headers.len() + 1;
    if count > MOST_HEADERS {
        return Err(refusal(
            431,
            "http1.too_many_headers",
            format!("there are {count} headers, and {MOST_HEADERS} are the most"),
        ));
    }
    framing(&request.headers)?;
    let is_of_proxies = |token: &[u8]| NOT_OF_A_CONNECTION.iter().any(|name| is(token, name));
    if let Some(name) = tokens(&request.headers, "connection").find(|token| is_of_proxies(token)) {
        return Err(refusal(
            400,
            "http1.connection_header_rejected",
            format!(
                "`connection` can't take `{}` off the request",
                String::from_utf8_lossy(name)
            ),
        ));
    }
    if line.method != "OPTIONS" && line.path.starts_with('*') {
        return Err(refusal(
            400,
            "http1.invalid_url",
            "`*` can be asked about with OPTIONS only",
        ));
    }
    Ok(())
}

fn request_line(line: &RequestLine) -> Result<(), Refusal> {
    if !METHODS.contains(&&*line.method) {
        return unreadable(format!(
            "`{}` is no method that Envoy reads in HTTP/1.1",
            line.method
        ));
    }
    if !line.path.is_ascii() {
        let byte = line.path.bytes().find(|byte| !byte.is_ascii());
        return unreadable(format!(
            "a path has ASCII characters only; others are written as bytes, as in %{:02X}",
            byte.unwrap_or_default()
        ));
    }
    let is_target = line.path.starts_with(['/', '*']);
    if !is_target || line.path.bytes().any(|byte| byte == b' ') {
        return unreadable(format!("`{}` is neither a path nor a URL", line.path));
    }
    Ok(())
}

fn unreadable(message: String) -> Result<(), Refusal> {
    Err(refusal(400, "http1.codec_error", message))
}

/// Bytes before the body, as HTTP/1.1 writes them.
fn size(request: &Simulated) -> usize {
    let line = &request.line;
    let header = |name: &str, value: usize| name.len() + ": \r\n".len() + value;
    let headers = request.headers.iter();
    line.method.len()
        + line.path.len()
        + "  HTTP/1.1\r\n\r\n".len()
        + header("host", line.authority.len())
        + headers
            .map(|line| header(&line.name, line.value.len()))
            .sum::<usize>()
}

/// The values of the headers of that name.
fn values<'h>(headers: &'h [HeaderLine], name: &str) -> Vec<&'h [u8]> {
    let mut named = headers.iter().collect::<Vec<_>>();
    named.retain(|header| header.name.eq_ignore_ascii_case(name));
    named.iter().map(|header| &*header.value).collect()
}

fn lengths_are_numbers(headers: &[HeaderLine]) -> bool {
    let lengths = values(headers, "content-length");
    let is_number = |length: &&[u8]| {
        let text = std::str::from_utf8(length).unwrap_or_default();
        text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u64>().is_ok()
    };
    lengths.len() < 2 && lengths.iter().all(is_number)
}

/// Headers that say where the body ends.
fn framing(headers: &[HeaderLine]) -> Result<(), Refusal> {
    let encodings = values(headers, "transfer-encoding");
    if !encodings.is_empty() && !values(headers, "content-length").is_empty() {
        return Err(refusal(
            400,
            "http1.content_length_and_chunked_not_allowed",
            "both `content-length` and `transfer-encoding` say where the body ends",
        ));
    }
    if encodings.len() > 1 || !encodings.iter().all(|encoding| is(encoding, "chunked")) {
        return Err(refusal(
            501,
            "http1.invalid_transfer_encoding",
            "`transfer-encoding` is not `chunked`",
        ));
    }
    Ok(())
}

fn path(path: &str) -> Result<(), Refusal> {
    let (before, _) = split_query(path);
    let why = if path.contains('#') {
        "a path with `#` and what follows is a link, no request"
    } else if without_parameters(before).contains("%00") {
        "a path can't have the character %00"
    } else {
        return Ok(());
    };
    Err(refusal(400, "path_normalization_failed", why))
}

/// RFC 3986, 3.2, without the brackets being where they belong.
fn is_authority_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]@".contains(&byte)
}

fn refusal(status: u16, details: &'static str, message: impl Into<String>) -> Refusal {
    Refusal {
        status,
        details,
        message: message.into(),
    }
}
