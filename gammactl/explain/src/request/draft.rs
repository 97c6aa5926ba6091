//! A request in the making: what a URL, options and headers say before they are put together.

use std::net::SocketAddr;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gamma_config::is_token;

use super::{
    error::InvalidLine,
    header::HeaderLine,
    line::RequestLine,
    options::{HeaderOption, RequestOptions},
    redirection::{Redirection, redirected},
    simulated::Simulated,
    target::{ASTERISK, NEEDS_HOST, RequestTarget, is_authority},
};
use crate::normalize::resolve_dots;

/// The parts of a request, which [`RequestDraft::simulated`] puts together as curl does.
#[derive(Debug, Clone, Default)]
pub struct RequestDraft {
    /// `URL`, or `METHOD URL`.
    pub request: String,
    /// `-X`.
    pub method: Option<String>,
    /// Whether there is a body, which makes the request a POST if nothing says another method.
    pub has_body: bool,
    /// `-H`; `Host` is the authority.
    pub headers: Vec<HeaderOption>,
    /// Headers that are sent unless `headers` has one of the same name.
    pub implied: Vec<HeaderLine>,
    /// What is appended to the query, each after a `&`.
    pub query: Vec<String>,
    /// `USER:PASSWORD`; it goes before what the URL has.
    pub credentials: Option<String>,
    /// What is sent instead of the path of the URL.
    pub request_target: Option<String>,
    /// Whether the client resolves the dot segments of the URL itself, as curl does.
    pub resolves_dots: bool,
    /// Namespace of the client.
    pub from: Option<String>,
    /// Where the client's connection is addressed to.
    pub destination: Option<SocketAddr>,
    /// Where connections to other hosts go instead.
    pub(super) redirections: Vec<Redirection>,
}

/// Why parts make no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Not a URL, or not a method and a URL.
    #[error(transparent)]
    Line(#[from] InvalidLine),
    /// Two methods.
    #[error("the method is both {0} and {1}")]
    TwoMethods(String, String),
    /// `Host` with something else.
    #[error("`{0}` is no host")]
    Host(String),
}

/// Content type of what `-d` sends.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

impl RequestDraft {
    /// A request to `request` with `options`.
    #[must_use]
    pub fn new(request: String, options: &RequestOptions) -> Self {
        let has_body = !options.data.is_empty();
        let mut draft = Self {
            request,
            method: options.method.clone(),
            has_body,
            headers: options.headers.clone(),
            from: options.from.clone(),
            destination: options.destination,
            ..Self::default()
        };
        if has_body {
            draft.imply("content-type", FORM);
        }
        draft
    }

    /// Sends `name: value` unless `-H` has another one.
    pub(super) fn imply(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.implied.push(HeaderLine {
            name: name.into(),
            value: value.into(),
        });
    }

    /// The request, at `now` seconds since 1970.
    ///
    /// # Errors
    ///
    /// See [`RequestError`].
    pub fn simulated(mut self, now: u64) -> Result<Simulated, RequestError> {
        let target = RequestTarget::read(&self.request)?;
        let destination = self
            .destination
            .or_else(|| redirected(&self.redirections, &target));
        if let Some(credentials) = self.credentials.take() {
            self.authorize(credentials.as_bytes());
        } else if let Some(user_info) = &target.user_info {
            let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
            let decoded = |text| percent_encoding::percent_decode_str(text);
            let credentials: Vec<u8> = decoded(user)
                .chain([b':'])
                .chain(decoded(password))
                .collect();
            self.authorize(&credentials);
        }
        let line = RequestLine {
            method: self.method(&target)?,
            authority: self.authority(&target)?,
            path: self.path(&target)?,
            scheme: target.scheme,
        };
        Ok(Simulated {
            line,
            headers: sent(self.headers, self.implied),
            from: self.from,
            destination,
            now,
        })
    }

    fn method(&self, target: &RequestTarget) -> Result<String, RequestError> {
        match (&target.method, &self.method) {
            (Some(line), Some(option)) if line != option => {
                Err(RequestError::TwoMethods(line.clone(), option.clone()))
            }
            (None, Some(option)) if !is_token(option) => {
                let line = format!("{option} {}", self.request);
                Err(RequestTarget::read(&line).map_or_else(Into::into, |_| {
                    InvalidLine::new(&line, "a request: the method is one word").into()
                }))
            }
            (Some(method), _) | (None, Some(method)) => Ok(method.clone()),
            (None, None) if self.has_body => Ok("POST".into()),
            (None, None) => Ok("GET".into()),
        }
    }

    fn authority(&self, target: &RequestTarget) -> Result<String, RequestError> {
        // "the origin server MUST ignore the received Host header field (if any) and instead use the host
        // information of the request-target" (RFC 9112, 3.2.2)
        if let Some(target) = self.absolute_target() {
            return Ok(RequestTarget::read(target)?.authority.unwrap_or_default());
        }
        let mut headers = self.headers.iter();
        match headers.find(|header| is_host(header.name())) {
            Some(HeaderOption::Sent(host)) => {
                let host = String::from_utf8_lossy(&host.value).into_owned();
                if is_authority(&host) {
                    Ok(host)
                } else {
                    Err(RequestError::Host(host))
                }
            }
            Some(HeaderOption::LeftOut(_)) => Err(RequestError::Host(String::new())),
            None => {
                let no_host = || InvalidLine::new(&self.request, NEEDS_HOST).into();
                target.authority.clone().ok_or_else(no_host)
            }
        }
    }

    fn path(&self, target: &RequestTarget) -> Result<String, RequestError> {
        if let Some(target) = self.absolute_target() {
            return Ok(RequestTarget::read(target)?.path);
        }
        if let Some(path) = &self.request_target {
            return Ok(path.clone());
        }
        let mut path = target.path.clone();
        if self.resolves_dots && path != ASTERISK {
            let (before, query) = path.split_at(path.find('?').unwrap_or(path.len()));
            path = resolve_dots(before) + query;
        }
        for query in &self.query {
            // curl does not begin a query with nothing.
            if path.contains('?') {
                path.push('&');
            } else if !query.is_empty() {
                path.push('?');
            }
            path.push_str(query);
        }
        Ok(path)
    }

    /// A request target that names the host as well, as proxies get it (RFC 9112, 3.2.2).
    fn absolute_target(&self) -> Option<&str> {
        let target = self.request_target.as_deref()?;
        target.contains("://").then_some(target)
    }

    fn authorize(&mut self, credentials: &[u8]) {
        let value = format!("Basic {}", STANDARD.encode(credentials));
        self.imply("authorization", value);
    }
}

fn is_host(name: &str) -> bool {
    name.eq_ignore_ascii_case("host")
}

/// `headers` but for `host`, and of `implied` what they don't say otherwise.
fn sent(headers: Vec<HeaderOption>, implied: Vec<HeaderLine>) -> Vec<HeaderLine> {
    let is_said = |line: &HeaderLine| {
        let mut headers = headers.iter();
        headers.any(|header| header.name().eq_ignore_ascii_case(&line.name))
    };
    let implied: Vec<HeaderLine> = implied.into_iter().filter(|line| !is_said(line)).collect();
    let said = headers.into_iter().filter_map(|header| match header {
        HeaderOption::Sent(header) if !is_host(&header.name) => Some(header),
        _ => None,
    });
    said.chain(implied).collect()
}

#[cfg(test)]
mod tests;
