//! ExternalAuth, compiled: the service that is asked, the request headers that it is told, and the
//! headers of its answer that the request gets.

use gamma_config::{ExternalAuth, wire};

/// A service that decides whether a request may go on. Header names are in lower case.
#[derive(Debug)]
pub struct AuthService {
    /// The proxy's name for its endpoints.
    pub cluster: Box<str>,
    /// Stands before the path of the request.
    pub path_prefix: Box<str>,
    /// Request headers that it is told besides `authorization`.
    pub allowed_headers: Box<[Box<str>]>,
    /// Headers of its answer that the request gets; none: all that [`takes`](Self::takes) lets by.
    pub allowed_response_headers: Box<[Box<str>]>,
}

impl AuthService {
    pub(crate) fn new(config: &ExternalAuth) -> Self {
        let lower = |names: &[String]| -> Vec<Box<str>> {
            let names = names.iter();
            names.map(|name| name.to_ascii_lowercase().into()).collect()
        };
        Self {
            cluster: config.cluster.as_str().into(),
            path_prefix: config.path_prefix.as_str().into(),
            // What a client wrote in the filter's own headers is taken away before anybody is asked.
            allowed_headers: lower(&config.allowed_headers)
                .into_iter()
                // It is asked without a body.
                .filter(|name| !wire::is_owned(name.as_bytes()) && !gamma_config::frames_body(name))
                .collect(),
            allowed_response_headers: lower(&config.allowed_response_headers).into(),
        }
    }

    /// Whether the service is told the request header `name`.
    #[must_use]
    pub fn tells(&self, name: &[u8]) -> bool {
        name.eq_ignore_ascii_case(b"authorization") || contains(&self.allowed_headers, name)
    }

    /// Whether the request gets the header `name` of the answer that allowed it.
    ///
    /// "If this list is empty, then all headers from the authorization server except Authority or
    /// Host must be copied." Those that describe the answer would describe the request wrongly, and
    /// those by which the filter talks to the proxy are nobody else's to set.
    #[must_use]
    pub fn takes(&self, name: &[u8]) -> bool {
        let frames_body = || std::str::from_utf8(name).is_ok_and(gamma_config::frames_body);
        if wire::is_of_the_proxy(name) || frames_body() {
            return false;
        }
        if !self.allowed_response_headers.is_empty() {
            return contains(&self.allowed_response_headers, name);
        }
        // The request has a content of its own, or none.
        !(name.eq_ignore_ascii_case(b"host")
            || wire::is_of_one_message(name)
            || wire::is_of_the_content(name))
    }
}

fn contains(names: &[Box<str>], name: &[u8]) -> bool {
    names
        .iter()
        .any(|other| other.as_bytes().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_and_taken() {
        let open = AuthService::new(&serde_json::from_str(r#"{"cluster": "a"}"#).unwrap());
        assert!(open.tells(b"Authorization") && !open.tells(b"cookie"));
        assert!(open.takes(b"x-user") && open.takes(b"Set-Cookie"));
        for name in [
            "Host",
            ":status",
            "content-length",
            "Content-Language",
            "proxy-connection",
            "X-Gamma-Cluster",
            "x-envoy-retry-on",
        ] {
            assert!(!open.takes(name.as_bytes()), "{name}");
        }
        let config = r#"{"cluster": "a", "allowedHeaders": ["Cookie"], "allowedResponseHeaders": ["X-User", "x-gamma-cluster"]}"#;
        let narrow = AuthService::new(&serde_json::from_str(config).unwrap());
        assert!(narrow.tells(b"cookie"));
        assert!(narrow.takes(b"x-user") && !narrow.takes(b"x-other"));
        assert!(!narrow.takes(b"x-gamma-cluster"), "whoever allows it");
        let config = r#"{"cluster": "a", "allowedHeaders": ["X-Envoy-Original-Path", "x-envoy-retry-on", "b", "Content-Length"],
            "allowedResponseHeaders": ["content-length", "transfer-encoding", "b"]}"#;
        let owned = AuthService::new(&serde_json::from_str(config).unwrap());
        assert!(owned.tells(b"b"));
        assert!(!owned.tells(b"x-envoy-original-path") && !owned.tells(b"x-envoy-retry-on"));
        assert!(!owned.tells(b"content-length"), "it gets no body");
        assert!(owned.takes(b"b"));
        assert!(!owned.takes(b"Content-Length") && !owned.takes(b"transfer-encoding"));
    }
}
