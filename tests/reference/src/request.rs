//! A request, and the parts of it that routes speak of.

use std::net::SocketAddr;

/// A request as the client sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method, as in `GET`.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Host with or without port.
    pub authority: String,
    /// Path with query.
    pub path: String,
    /// Headers in order, without the authority.
    pub headers: Vec<(String, String)>,
    /// Where the client's connection was addressed to, if that is known.
    pub destination: Option<SocketAddr>,
}

impl Request {
    /// The path without its query, and the query without its `?`.
    pub(crate) fn path_and_query(&self) -> (&str, Option<&str>) {
        match self.path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&self.path, None),
        }
    }

    /// Anything but `https` is taken for `http`.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.scheme.eq_ignore_ascii_case("https") {
            "https"
        } else {
            "http"
        }
    }

    /// The authority's host, and its port if there is one. The colons of `[::1]` do not count.
    pub(crate) fn host_and_port(&self) -> (&str, Option<&str>) {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (&self.authority, None),
        }
    }
}
