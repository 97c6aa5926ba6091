//! RequestRedirect: the `location` of the answer.

use gamma_config::{PathModifier, RequestRedirect, Scheme};

use super::path_edit::PathEdit;
use crate::{
    authority::split_port,
    request::{Request, split_query},
};

#[derive(Debug)]
pub(crate) struct CompiledRedirect {
    scheme: Option<Scheme>,
    hostname: Option<Box<str>>,
    path: Option<PathEdit>,
    /// Whether the request's query follows the path.
    keeps_query: bool,
    port: Option<u16>,
    pub(crate) status: u16,
}

impl CompiledRedirect {
    pub(crate) fn new(redirect: &RequestRedirect) -> Self {
        Self {
            scheme: redirect.scheme,
            hostname: redirect.hostname.as_deref().map(Into::into),
            path: redirect.path.as_ref().map(PathEdit::new),
            // What replaces a full path may have a query or a fragment, which take the place of the request's
            // query: as in Envoy's `path_redirect`, "query string in path_redirect will override the
            // request's query string". A prefix has neither.
            keeps_query: !matches!(
                &redirect.path,
                Some(PathModifier::ReplaceFullPath(path)) if path.contains(['?', '#'])
            ),
            port: redirect.port,
            status: redirect.status_code,
        }
    }

    /// `dialled` is the Service port that the request came for; the match's prefix covers the first
    /// `prefix_len` bytes of the path.
    pub(crate) fn location<H: ?Sized>(
        &self,
        request: &Request<'_, H>,
        dialled: u16,
        prefix_len: usize,
    ) -> Vec<u8> {
        let (path, query) = split_query(request.path);
        let mut location = Vec::with_capacity(request.path.len().saturating_add(64));

        let host = match &self.hostname {
            Some(hostname) => hostname.as_bytes(),
            None => split_port(request.authority).0,
        };
        // Without a host (HTTP/1.0) there is only a relative reference left to give.
        if !host.is_empty() {
            let https = match self.scheme {
                Some(scheme) => scheme == Scheme::Https,
                None => request.is_https(),
            };
            location.extend_from_slice(if https { b"https://" } else { b"http://" });
            location.extend_from_slice(host);
            if let Some(port) = self.port(dialled, https) {
                location.extend_from_slice(format!(":{port}").as_bytes());
            }
        }
        match &self.path {
            Some(modifier) => modifier.apply(path, prefix_len, &mut location),
            None => location.extend_from_slice(path),
        }
        // "If a URI does not contain an authority component, then the path cannot begin with two
        // slash characters" (RFC 3986): what follows them would be taken for a host.
        if location.starts_with(b"//") {
            location.splice(0..0, *b"/.");
        }
        if let Some(query) = query.filter(|_| self.keeps_query) {
            location.push(b'?');
            location.extend_from_slice(query);
        }
        location
    }

    /// "If no port is specified … if redirect scheme is not-empty, the redirect port MUST be the
    /// well-known port associated with the redirect scheme … If redirect scheme is empty, the
    /// redirect port MUST be the Gateway Listener port." A mesh has no listener: it is the Service
    /// port that the client dialled. "Implementations SHOULD NOT add the port number in the
    /// 'Location' header" where it is the scheme's own. (HTTPRequestRedirectFilter.port)
    #[inline]
    fn port(&self, dialled: u16, https: bool) -> Option<u16> {
        let well_known = if https { 443 } else { 80 };
        let port = match (self.port, self.scheme) {
            (Some(port), _) => port,
            (None, Some(_)) => well_known,
            (None, None) => dialled,
        };
        (port != well_known).then_some(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(redirect: RequestRedirect, scheme: &str, dialled: u16) -> String {
        let headers: [(&str, &str); 0] = [];
        let request = Request {
            method: b"GET",
            scheme: scheme.as_bytes(),
            authority: b"cart.shop:1234",
            path: b"/a/b?x=/y?z",
            destination: None,
            now: 0,
            headers: &headers,
        };
        String::from_utf8(CompiledRedirect::new(&redirect).location(&request, dialled, 2)).unwrap()
    }

    /// The matrix that the test HTTPRouteRedirectPortAndScheme asserts.
    #[test]
    fn ports_follow_scheme_then_listener() {
        use Scheme::{Http, Https};
        let table = [
            ("http", 80, None, None, "http://example.org"),
            ("http", 80, None, Some(80), "http://example.org"),
            ("http", 80, None, Some(8080), "http://example.org:8080"),
            ("http", 80, Some(Https), None, "https://example.org"),
            ("http", 80, Some(Https), Some(443), "https://example.org"),
            (
                "http",
                80,
                Some(Https),
                Some(8443),
                "https://example.org:8443",
            ),
            ("http", 8080, None, None, "http://example.org:8080"),
            ("http", 8080, None, Some(80), "http://example.org"),
            ("http", 8080, Some(Https), None, "https://example.org"),
            ("https", 443, None, None, "https://example.org"),
            ("https", 443, None, Some(443), "https://example.org"),
            ("https", 443, None, Some(8443), "https://example.org:8443"),
            ("https", 443, Some(Http), None, "http://example.org"),
            ("https", 443, Some(Http), Some(80), "http://example.org"),
            (
                "https",
                443,
                Some(Http),
                Some(8080),
                "http://example.org:8080",
            ),
        ];
        for (from, dialled, scheme, port, expected) in table {
            let redirect = RequestRedirect {
                scheme,
                port,
                hostname: Some("example.org".into()),
                ..RequestRedirect::default()
            };
            assert_eq!(
                location(redirect, from, dialled),
                format!("{expected}/a/b?x=/y?z"),
                "{from}:{dialled} {scheme:?} {port:?}"
            );
        }
    }

    #[test]
    fn host_path_and_query_of_the_request_are_kept() {
        assert_eq!(
            location(RequestRedirect::default(), "http", 80),
            "http://cart.shop/a/b?x=/y?z"
        );
        let modifier = gamma_config::PathModifier::ReplacePrefixMatch("/new".into());
        let redirect = RequestRedirect {
            path: Some(modifier),
            ..RequestRedirect::default()
        };
        assert_eq!(
            location(redirect, "http", 80),
            "http://cart.shop/new/b?x=/y?z"
        );
    }

    #[test]
    fn a_query_or_fragment_of_the_new_path_takes_the_place_of_the_old_query() {
        let table = [
            ("/sale", "/sale?x=/y?z"),
            ("/sale?from=promo", "/sale?from=promo"),
            ("/sale?", "/sale?"),
            ("/sale#top", "/sale#top"),
            ("/sale?from=promo#top", "/sale?from=promo#top"),
            ("/sale#a?b", "/sale#a?b"),
        ];
        for (full, expected) in table {
            let modifier = gamma_config::PathModifier::ReplaceFullPath(full.into());
            let redirect = RequestRedirect {
                path: Some(modifier),
                ..RequestRedirect::default()
            };
            assert_eq!(
                location(redirect, "http", 80),
                format!("http://cart.shop{expected}")
            );
        }
    }

    #[test]
    fn without_a_host_the_reference_is_relative_and_stays_on_the_server() {
        let headers: [(&str, &str); 0] = [];
        for (path, expected) in [("/a?b", "/a?b"), ("//example.org/a", "/.//example.org/a")] {
            let request = Request {
                method: b"GET",
                scheme: b"http",
                authority: b"",
                path: path.as_bytes(),
                destination: None,
                now: 0,
                headers: &headers,
            };
            let location =
                CompiledRedirect::new(&RequestRedirect::default()).location(&request, 80, 0);
            assert_eq!(String::from_utf8(location).unwrap(), expected);
        }
    }
}
