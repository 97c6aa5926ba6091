//! Which members the objects of a config have. `serde`'s attributes on the types say the same.

use serde::de::Error as _;
use serde_json::{Error, Result};

use crate::{
    BackendRef, Cors, Duration, ExternalAuth, Filter, Fraction, Header, HeaderModifier, Match,
    MatchType, Method, PathMatch, PathMatchType, PathModifier, RequestMirror, RequestRedirect,
    Retry, Rule, Scheme, ServiceKind, SessionPersistence, SessionType, Settings, Timeouts,
    UrlRewrite, ValueMatch,
    json::{
        Blank, Slot, Value, alternative, blank_is_default, choice, member, object, optional,
        required,
    },
};

blank_is_default!(
    Cors,
    Duration,
    HeaderModifier,
    Match,
    RequestRedirect,
    Retry,
    UrlRewrite
);

impl Slot<'_> for Settings {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("clientNamespace", &mut self.client_namespace),
            optional("clusterDomain", &mut self.cluster_domain),
            optional("clusterHeader", &mut self.cluster_header),
            optional("reasonHeader", &mut self.reason_header),
            optional("metrics", &mut self.metrics),
            optional("ruleProperty", &mut self.rule_property),
        ];
        object(value, "struct Settings", members)
    }
}

impl Slot<'_> for ServiceKind {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [
            ("Service", Self::Service),
            ("ServiceImport", Self::ServiceImport),
        ];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Slot<'_> for Rule {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("route", &mut self.route),
            optional("name", &mut self.name),
            optional("matches", &mut self.matches),
            optional("filters", &mut self.filters),
            optional("backendRefs", &mut self.backend_refs),
            optional("timeouts", &mut self.timeouts),
            optional("retry", &mut self.retry),
            optional("sessionPersistence", &mut self.session_persistence),
            optional("invalid", &mut self.invalid),
        ];
        object(value, "struct Rule", members)
    }
}

impl Blank for BackendRef {
    fn blank() -> Self {
        Self {
            cluster: None,
            invalid: None,
            weight: 1,
            filters: Vec::new(),
        }
    }
}

impl Slot<'_> for BackendRef {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("cluster", &mut self.cluster),
            optional("invalid", &mut self.invalid),
            optional("weight", &mut self.weight),
            optional("filters", &mut self.filters),
        ];
        object(value, "struct BackendRef", members)
    }
}

impl Slot<'_> for Match {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("hostname", &mut self.hostname),
            optional("path", &mut self.path),
            optional("method", &mut self.method),
            optional("headers", &mut self.headers),
            optional("queryParams", &mut self.query_params),
        ];
        object(value, "struct Match", members)
    }
}

impl Blank for PathMatch {
    fn blank() -> Self {
        Self {
            kind: PathMatchType::default(),
            value: String::new(),
        }
    }
}

impl Slot<'_> for PathMatch {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("type", &mut self.kind),
            required("value", &mut self.value),
        ];
        object(value, "struct PathMatch", members)
    }
}

impl Slot<'_> for PathMatchType {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [
            ("Exact", Self::Exact),
            ("PathPrefix", Self::PathPrefix),
            ("RegularExpression", Self::RegularExpression),
        ];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Blank for ValueMatch {
    fn blank() -> Self {
        Self {
            name: String::new(),
            kind: MatchType::default(),
            value: String::new(),
        }
    }
}

impl Slot<'_> for ValueMatch {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("name", &mut self.name),
            optional("type", &mut self.kind),
            required("value", &mut self.value),
        ];
        object(value, "struct ValueMatch", members)
    }
}

impl Slot<'_> for MatchType {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [
            ("Exact", Self::Exact),
            ("RegularExpression", Self::RegularExpression),
        ];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Blank for Method {
    fn blank() -> Self {
        Self::Get
    }
}

impl Slot<'_> for Method {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [
            ("GET", Self::Get),
            ("HEAD", Self::Head),
            ("POST", Self::Post),
            ("PUT", Self::Put),
            ("DELETE", Self::Delete),
            ("CONNECT", Self::Connect),
            ("OPTIONS", Self::Options),
            ("TRACE", Self::Trace),
            ("PATCH", Self::Patch),
        ];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Blank for Filter {
    fn blank() -> Self {
        Self::RequestHeaderModifier(HeaderModifier::default())
    }
}

impl Slot<'_> for Filter {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        *self = alternative(
            value,
            &[
                ("requestHeaderModifier", |of| {
                    member(of).map(Self::RequestHeaderModifier)
                }),
                ("responseHeaderModifier", |of| {
                    member(of).map(Self::ResponseHeaderModifier)
                }),
                ("requestRedirect", |of| {
                    member(of).map(Self::RequestRedirect)
                }),
                ("urlRewrite", |of| member(of).map(Self::UrlRewrite)),
                ("requestMirror", |of| member(of).map(Self::RequestMirror)),
                ("cors", |of| member(of).map(Self::Cors)),
                ("externalAuth", |of| member(of).map(Self::ExternalAuth)),
            ],
        )?;
        Ok(())
    }
}

impl Slot<'_> for HeaderModifier {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("set", &mut self.set),
            optional("add", &mut self.add),
            optional("remove", &mut self.remove),
        ];
        object(value, "struct HeaderModifier", members)
    }
}

impl Blank for Header {
    fn blank() -> Self {
        Self {
            name: String::new(),
            value: String::new(),
        }
    }
}

impl Slot<'_> for Header {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("name", &mut self.name),
            required("value", &mut self.value),
        ];
        object(value, "struct Header", members)
    }
}

impl Slot<'_> for RequestRedirect {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("scheme", &mut self.scheme),
            optional("hostname", &mut self.hostname),
            optional("path", &mut self.path),
            optional("port", &mut self.port),
            optional("statusCode", &mut self.status_code),
        ];
        object(value, "struct RequestRedirect", members)
    }
}

impl Blank for Scheme {
    fn blank() -> Self {
        Self::Http
    }
}

impl Slot<'_> for Scheme {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [("http", Self::Http), ("https", Self::Https)];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Slot<'_> for UrlRewrite {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("hostname", &mut self.hostname),
            optional("path", &mut self.path),
        ];
        object(value, "struct UrlRewrite", members)
    }
}

impl Blank for PathModifier {
    fn blank() -> Self {
        Self::ReplaceFullPath(String::new())
    }
}

impl Slot<'_> for PathModifier {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        *self = alternative(
            value,
            &[
                ("replaceFullPath", |of| {
                    member(of).map(Self::ReplaceFullPath)
                }),
                ("replacePrefixMatch", |of| {
                    member(of).map(Self::ReplacePrefixMatch)
                }),
            ],
        )?;
        Ok(())
    }
}

impl Blank for RequestMirror {
    fn blank() -> Self {
        Self {
            cluster: String::new(),
            fraction: Fraction::default(),
        }
    }
}

impl Slot<'_> for RequestMirror {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("cluster", &mut self.cluster),
            optional("fraction", &mut self.fraction),
        ];
        object(value, "struct RequestMirror", members)
    }
}

impl Slot<'_> for Fraction {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("numerator", &mut self.numerator),
            optional("denominator", &mut self.denominator),
        ];
        object(value, "struct Fraction", members)
    }
}

impl Slot<'_> for Cors {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("allowOrigins", &mut self.allow_origins),
            optional("allowCredentials", &mut self.allow_credentials),
            optional("allowMethods", &mut self.allow_methods),
            optional("allowHeaders", &mut self.allow_headers),
            optional("exposeHeaders", &mut self.expose_headers),
            optional("maxAge", &mut self.max_age),
        ];
        object(value, "struct Cors", members)
    }
}

impl Blank for ExternalAuth {
    fn blank() -> Self {
        Self {
            cluster: String::new(),
            path_prefix: String::new(),
            allowed_headers: Vec::new(),
            allowed_response_headers: Vec::new(),
        }
    }
}

impl Slot<'_> for ExternalAuth {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("cluster", &mut self.cluster),
            optional("pathPrefix", &mut self.path_prefix),
            optional("allowedHeaders", &mut self.allowed_headers),
            optional("allowedResponseHeaders", &mut self.allowed_response_headers),
        ];
        object(value, "struct ExternalAuth", members)
    }
}

impl Slot<'_> for Timeouts {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("request", &mut self.request),
            optional("backendRequest", &mut self.backend_request),
        ];
        object(value, "struct Timeouts", members)
    }
}

impl Slot<'_> for Retry {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("codes", &mut self.codes),
            optional("attempts", &mut self.attempts),
            optional("backoff", &mut self.backoff),
        ];
        object(value, "struct Retry", members)
    }
}

impl Blank for SessionPersistence {
    fn blank() -> Self {
        Self {
            kind: SessionType::default(),
            name: String::new(),
            path: "/".into(),
            permanent: false,
            absolute_timeout: None,
        }
    }
}

impl Slot<'_> for SessionPersistence {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("type", &mut self.kind),
            required("name", &mut self.name),
            optional("path", &mut self.path),
            optional("permanent", &mut self.permanent),
            optional("absoluteTimeout", &mut self.absolute_timeout),
        ];
        object(value, "struct SessionPersistence", members)
    }
}

impl Slot<'_> for SessionType {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [("Cookie", Self::Cookie), ("Header", Self::Header)];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Slot<'_> for Duration {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        match value {
            Value::Text(text) => *self = text.parse().map_err(Error::custom)?,
            other => return Err(other.but_expected("a string")),
        }
        Ok(())
    }
}
