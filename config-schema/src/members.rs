//! Which members the objects of a config have. `serde`'s attributes on the types say the same.

use serde::de::Error as _;
use serde_json::{Error, Result};

use crate::{
    BackendRef, Cors, Duration, ExternalAuth, Filter, Fraction, Header, HeaderModifier, Match,
    MatchType, Method, PathMatch, PathMatchType, PathModifier, RequestMirror, RequestRedirect,
    Retry, Rule, Scheme, ServiceKind, SessionPersistence, SessionType, Settings, Timeouts,
    UrlRewrite, ValueMatch,
    json::{Read, Value, alternative, choice, member, object, optional, required},
};

impl Read<'_> for Settings {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("clientNamespace", &mut new.client_namespace),
            optional("clusterDomain", &mut new.cluster_domain),
            optional("clusterHeader", &mut new.cluster_header),
            optional("reasonHeader", &mut new.reason_header),
            optional("metrics", &mut new.metrics),
            optional("ruleProperty", &mut new.rule_property),
        ];
        object(value, "struct Settings", members)?;
        Ok(new)
    }
}

impl Read<'_> for ServiceKind {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let words = [
            ("Service", Self::Service),
            ("ServiceImport", Self::ServiceImport),
        ];
        choice(value, &words)
    }
}

impl Read<'_> for Rule {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("route", &mut new.route),
            optional("name", &mut new.name),
            optional("matches", &mut new.matches),
            optional("filters", &mut new.filters),
            optional("backendRefs", &mut new.backend_refs),
            optional("timeouts", &mut new.timeouts),
            optional("retry", &mut new.retry),
            optional("sessionPersistence", &mut new.session_persistence),
            optional("invalid", &mut new.invalid),
        ];
        object(value, "struct Rule", members)?;
        Ok(new)
    }
}

impl Read<'_> for BackendRef {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self {
            cluster: None,
            invalid: None,
            weight: 1,
            filters: Vec::new(),
        };
        let members = &mut [
            optional("cluster", &mut new.cluster),
            optional("invalid", &mut new.invalid),
            optional("weight", &mut new.weight),
            optional("filters", &mut new.filters),
        ];
        object(value, "struct BackendRef", members)?;
        Ok(new)
    }
}

impl Read<'_> for Match {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("hostname", &mut new.hostname),
            optional("path", &mut new.path),
            optional("method", &mut new.method),
            optional("headers", &mut new.headers),
            optional("queryParams", &mut new.query_params),
        ];
        object(value, "struct Match", members)?;
        Ok(new)
    }
}

impl Read<'_> for PathMatch {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self {
            kind: PathMatchType::default(),
            value: String::new(),
        };
        let members = &mut [
            optional("type", &mut new.kind),
            required("value", &mut new.value),
        ];
        object(value, "struct PathMatch", members)?;
        Ok(new)
    }
}

impl Read<'_> for PathMatchType {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let words = [
            ("Exact", Self::Exact),
            ("PathPrefix", Self::PathPrefix),
            ("RegularExpression", Self::RegularExpression),
        ];
        choice(value, &words)
    }
}

impl Read<'_> for ValueMatch {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self {
            name: String::new(),
            kind: MatchType::default(),
            value: String::new(),
        };
        let members = &mut [
            required("name", &mut new.name),
            optional("type", &mut new.kind),
            required("value", &mut new.value),
        ];
        object(value, "struct ValueMatch", members)?;
        Ok(new)
    }
}

impl Read<'_> for MatchType {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let words = [
            ("Exact", Self::Exact),
            ("RegularExpression", Self::RegularExpression),
        ];
        choice(value, &words)
    }
}

impl Read<'_> for Method {
    fn read(value: Value<'_, '_>) -> Result<Self> {
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
        choice(value, &words)
    }
}

impl Read<'_> for Filter {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        alternative(
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
        )
    }
}

impl Read<'_> for HeaderModifier {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("set", &mut new.set),
            optional("add", &mut new.add),
            optional("remove", &mut new.remove),
        ];
        object(value, "struct HeaderModifier", members)?;
        Ok(new)
    }
}

impl Read<'_> for Header {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self {
            name: String::new(),
            value: String::new(),
        };
        let members = &mut [
            required("name", &mut new.name),
            required("value", &mut new.value),
        ];
        object(value, "struct Header", members)?;
        Ok(new)
    }
}

impl Read<'_> for RequestRedirect {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("scheme", &mut new.scheme),
            optional("hostname", &mut new.hostname),
            optional("path", &mut new.path),
            optional("port", &mut new.port),
            optional("statusCode", &mut new.status_code),
        ];
        object(value, "struct RequestRedirect", members)?;
        Ok(new)
    }
}

impl Read<'_> for Scheme {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let words = [("http", Self::Http), ("https", Self::Https)];
        choice(value, &words)
    }
}

impl Read<'_> for UrlRewrite {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("hostname", &mut new.hostname),
            optional("path", &mut new.path),
        ];
        object(value, "struct UrlRewrite", members)?;
        Ok(new)
    }
}

impl Read<'_> for PathModifier {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        alternative(
            value,
            &[
                ("replaceFullPath", |of| {
                    member(of).map(Self::ReplaceFullPath)
                }),
                ("replacePrefixMatch", |of| {
                    member(of).map(Self::ReplacePrefixMatch)
                }),
            ],
        )
    }
}

impl Read<'_> for RequestMirror {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self {
            cluster: String::new(),
            fraction: Fraction::default(),
        };
        let members = &mut [
            required("cluster", &mut new.cluster),
            optional("fraction", &mut new.fraction),
        ];
        object(value, "struct RequestMirror", members)?;
        Ok(new)
    }
}

impl Read<'_> for Fraction {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            required("numerator", &mut new.numerator),
            optional("denominator", &mut new.denominator),
        ];
        object(value, "struct Fraction", members)?;
        Ok(new)
    }
}

impl Read<'_> for Cors {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("allowOrigins", &mut new.allow_origins),
            optional("allowCredentials", &mut new.allow_credentials),
            optional("allowMethods", &mut new.allow_methods),
            optional("allowHeaders", &mut new.allow_headers),
            optional("exposeHeaders", &mut new.expose_headers),
            optional("maxAge", &mut new.max_age),
        ];
        object(value, "struct Cors", members)?;
        Ok(new)
    }
}

impl Read<'_> for ExternalAuth {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self {
            cluster: String::new(),
            path_prefix: String::new(),
            allowed_headers: Vec::new(),
            allowed_response_headers: Vec::new(),
        };
        let members = &mut [
            required("cluster", &mut new.cluster),
            optional("pathPrefix", &mut new.path_prefix),
            optional("allowedHeaders", &mut new.allowed_headers),
            optional("allowedResponseHeaders", &mut new.allowed_response_headers),
        ];
        object(value, "struct ExternalAuth", members)?;
        Ok(new)
    }
}

impl Read<'_> for Timeouts {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("request", &mut new.request),
            optional("backendRequest", &mut new.backend_request),
        ];
        object(value, "struct Timeouts", members)?;
        Ok(new)
    }
}

impl Read<'_> for Retry {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("codes", &mut new.codes),
            optional("attempts", &mut new.attempts),
            optional("backoff", &mut new.backoff),
        ];
        object(value, "struct Retry", members)?;
        Ok(new)
    }
}

impl Read<'_> for SessionPersistence {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let mut new = Self {
            kind: SessionType::default(),
            name: String::new(),
            path: "/".into(),
            permanent: false,
            absolute_timeout: None,
        };
        let members = &mut [
            optional("type", &mut new.kind),
            required("name", &mut new.name),
            optional("path", &mut new.path),
            optional("permanent", &mut new.permanent),
            optional("absoluteTimeout", &mut new.absolute_timeout),
        ];
        object(value, "struct SessionPersistence", members)?;
        Ok(new)
    }
}

impl Read<'_> for SessionType {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let words = [("Cookie", Self::Cookie), ("Header", Self::Header)];
        choice(value, &words)
    }
}

impl Read<'_> for Duration {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        match value {
            Value::Text(text) => text.parse().map_err(Error::custom),
            other => Err(other.but_expected("a string")),
        }
    }
}
