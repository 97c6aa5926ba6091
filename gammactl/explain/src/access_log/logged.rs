//! A request that a proxy has served, with what every format of access logs says of it.

use crate::request::{HeaderLine, InvalidLine, Simulated};

/// A request that was served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// What the log says of the request.
    pub request: Simulated,
    /// Status of the answer.
    pub status: Option<u16>,
    /// The rule that won, if the log has it: `-` if there was none.
    pub rule: Option<String>,
}

/// Why a line of a log is no request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogLineError {
    /// The line begins with `{` and is not JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A field of a JSON line is missing.
    #[error("it has no `{0}`")]
    Field(&'static str),
    /// No `"…"` in a line of text.
    #[error("it has no request in quotes")]
    NoRequest,
    /// Something else in the quotes.
    #[error("`{0}` is not a request like `GET / HTTP/1.1`")]
    NotARequest(String),
    /// Neither before the path nor in the place where the format has it.
    #[error("it has no authority")]
    NoAuthority,
    /// Method, authority and path make no request.
    #[error(transparent)]
    Line(#[from] InvalidLine),
}

/// A header, if the log has its value.
pub(super) fn header(name: &str, value: &str) -> Option<HeaderLine> {
    (value != "-").then(|| format!("{name}: {value}").parse().ok())?
}

/// RFC 9110, section 15: "a three-digit integer code". A parser of numbers would take a sign, too.
pub(super) fn status(text: &str) -> Option<u16> {
    let is_status = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let status = text.parse().ok().filter(|_| is_status);
    status.filter(|status| *status >= 100)
}
