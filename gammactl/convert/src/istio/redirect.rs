//! Reads `redirect` of VirtualServices.

use gamma_manifest::{
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};
use serde_json::{Map, Value, json};

use crate::findings::Findings;

/// HTTPRedirect, as far as the Gateway API can say it.
#[derive(Debug, Clone, Default)]
pub(super) struct HttpRedirect {
    uri: Option<String>,
    /// What stands in the place of the text that was matched.
    pub(super) prefix_rewrite: Option<Spanned<String>>,
    hostname: Option<String>,
    port: Option<u16>,
    scheme: Option<String>,
    code: u16,
    derives_request_port: bool,
}

/// What a redirect is answered with.
const CODES: [u16; 5] = [301, 302, 303, 307, 308];

impl HttpRedirect {
    /// `None` if no route of the Gateway API answers so, which has been said.
    pub(super) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let uri = object.string("uri", findings);
        let prefix_rewrite = object.string("prefixRewrite", findings);
        let authority = object.string("authority", findings);
        let scheme = object.string("scheme", findings);
        let port = object.integer("port", 1..=u16::MAX, findings);
        let derive = object.string("derivePort", findings);
        let code = object.integer("redirectCode", 0..=999_u16, findings);
        object.finish(findings);
        let mut unspeakable = |span: Span, message: String, hint: &str| {
            let why = "the rule keeps its place and answers its requests with 500";
            findings.say(&codes::NO_SUCH_ACTION, span, message, why, hint);
        };
        // The default of Istio; that of the Gateway API is 302.
        let status = code.as_ref().map_or(301, |code| code.value);
        if !CODES.contains(&status) {
            let span = code.map_or(field.node.span, |code| code.span);
            let hint = "use 301, 302, 303, 307 or 308";
            unspeakable(span, format!("{status} redirects nobody"), hint);
            return None;
        }
        if let Some(uri) = &uri
            && uri.value.contains('?')
        {
            let message = format!("`{}` has a query", uri.value);
            unspeakable(
                uri.span,
                message,
                "a redirect of the Gateway API keeps the request's query",
            );
            return None;
        }
        let (mut hostname, mut of_authority) = (None, None);
        if let Some(authority) = authority.filter(|authority| !authority.value.is_empty()) {
            let (host, port) = match authority.value.rsplit_once(':') {
                Some((host, port)) => (host, port.parse().ok()),
                None => (&*authority.value, None),
            };
            hostname = Some(host.to_ascii_lowercase());
            of_authority = port;
        }
        let scheme = scheme
            .map(|scheme| scheme.value)
            .filter(|scheme| !scheme.is_empty());
        let derives_request_port = derive.is_some_and(|derive| derive.value == "FROM_REQUEST_PORT");
        let mut port = port.map(|port| port.value).or(of_authority);
        if port.is_none() && hostname.is_some() && !derives_request_port {
            // "With authority the port of the Host header is not kept".
            let is_https = scheme.as_deref() == Some("https");
            port = Some(if is_https { 443 } else { 80 });
        }
        Some(Self {
            uri: uri.map(|uri| uri.value).filter(|uri| !uri.is_empty()),
            prefix_rewrite: prefix_rewrite.filter(|prefix| !prefix.value.is_empty()),
            hostname,
            port,
            scheme,
            code: status,
            derives_request_port,
        })
    }

    /// A filter for clients of that port. `path` is what the prefix becomes.
    pub(super) fn filter(&self, port: u16, path: Option<Value>) -> Value {
        let mut members = Map::new();
        if let Some(scheme) = &self.scheme {
            members.insert("scheme".into(), scheme.as_str().into());
        }
        if let Some(hostname) = &self.hostname {
            members.insert("hostname".into(), hostname.as_str().into());
        }
        let whole = self
            .uri
            .as_ref()
            .map(|uri| json!({"type": "ReplaceFullPath", "replaceFullPath": uri}));
        members.extend(whole.or(path).map(|path| ("path".to_owned(), path)));
        // The port of the Host header stays where nothing else is said, but for the default one. Without a scheme that is what
        // a route does; with one it takes the scheme's.
        let keeps = self.scheme.is_some() && self.hostname.is_none() && port != 80;
        let port = (self.port).or((self.derives_request_port || keeps).then_some(port));
        if let Some(port) = port {
            members.insert("port".into(), port.into());
        }
        members.insert("statusCode".into(), self.code.into());
        json!({"type": "RequestRedirect", "requestRedirect": members})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Istio was seen to do: the port that a client was asked at stays, but for the default one.
    #[test]
    fn the_port_of_a_redirect_is_written_where_a_route_would_take_another() {
        let redirect = |scheme: Option<&str>, derives_request_port| HttpRedirect {
            scheme: scheme.map(str::to_owned),
            derives_request_port,
            code: 301,
            ..HttpRedirect::default()
        };
        for (scheme, derives, asked, written) in [
            (None, false, 8080, None),
            (Some("https"), false, 80, None),
            (Some("https"), false, 8080, Some(8080)),
            (Some("http"), false, 8080, Some(8080)),
            (Some("https"), true, 80, Some(80)),
        ] {
            let filter = redirect(scheme, derives).filter(asked, None);
            let port = filter["requestRedirect"]["port"].as_u64();
            assert_eq!(port, written, "{scheme:?} {derives} {asked}");
        }
    }
}
