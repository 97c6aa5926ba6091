//! Filters: what a rule or a backend changes.

use serde::{Deserialize, Serialize};

/// A filter, written as an object with one member: `{"requestRedirect": {"port": 8443}}`.
/// Each kind at most once in a list, but for `requestMirror`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Filter {
    /// Changes headers of the request before it is forwarded.
    RequestHeaderModifier(HeaderModifier),
    /// Changes headers of the response before the client gets it.
    ResponseHeaderModifier(HeaderModifier),
    /// Answers with a redirect; nothing is forwarded.
    RequestRedirect(RequestRedirect),
    /// Changes host and path of the request before it is forwarded.
    UrlRewrite(UrlRewrite),
    /// Sends a copy of the request somewhere else; what comes of it is ignored.
    RequestMirror(RequestMirror),
    /// Answers preflights, and tells browsers which origins may read the responses.
    Cors(Cors),
    /// Asks a service whether the request may go on. Of rules only.
    ExternalAuth(ExternalAuth),
}

/// HTTPHeaderFilter. A name may appear in one action only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeaderModifier {
    /// Replaces all values of a header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Header>,
    /// Adds a value to those that are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Header>,
    /// Removes a header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = crate::schema::HEADER_NAME))))]
    pub remove: Vec<String>,
}

/// HTTPHeader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// Name, in any case.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::HEADER_NAME)))]
    pub name: String,
    /// Value.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::ON_WIRE)))]
    pub value: String,
}

/// HTTPRequestRedirectFilter: the parts of the request's URL that are replaced; the query stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RequestRedirect {
    /// Absent: the request's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// Absent: the request's host.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 253), regex(pattern = crate::schema::HOST)))]
    pub hostname: Option<String>,
    /// Absent: the request's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathModifier>,
    /// Absent: the well-known port of `scheme` if that is given, else the Service's port. 80 is
    /// not written for http, nor 443 for https.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub port: Option<u16>,
    /// 301, 302, 303, 307 or 308.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = [301, 302, 303, 307, 308])))]
    pub status_code: u16,
}

impl Default for RequestRedirect {
    fn default() -> Self {
        Self {
            scheme: None,
            hostname: None,
            path: None,
            port: None,
            status_code: 302,
        }
    }
}

/// Scheme of a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

/// HTTPURLRewriteFilter; the query stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UrlRewrite {
    /// Replaces the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 253), regex(pattern = crate::schema::HOST)))]
    pub hostname: Option<String>,
    /// Replaces the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathModifier>,
}

/// HTTPRequestMirrorFilter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestMirror {
    /// The proxy's name for the endpoints that get the copies.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::SOMETHING_ON_WIRE)))]
    pub cluster: String,
    /// Which part of the requests is copied. Absent: all.
    #[serde(default, skip_serializing_if = "Fraction::is_all")]
    pub fraction: Fraction,
}

/// A part of the requests: `numerator` of `denominator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fraction {
    /// At most the denominator.
    pub numerator: u32,
    /// At least 1.
    #[serde(default = "hundred")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub denominator: u32,
}

fn hundred() -> u32 {
    100
}

impl Default for Fraction {
    fn default() -> Self {
        Self {
            numerator: 100,
            denominator: 100,
        }
    }
}

impl Fraction {
    fn is_all(&self) -> bool {
        self.numerator == self.denominator
    }
}

/// HTTPCORSFilter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Cors {
    /// Origins: `*`, or `scheme://host` with or without port, whose host is `*` or may begin with
    /// `*.` for one or more labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = crate::schema::ORIGIN))))]
    pub allow_origins: Vec<String>,
    /// Whether requests with credentials may be read. Then no `*` is ever sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_credentials: bool,
    /// Methods, or `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = crate::schema::TOKEN))))]
    pub allow_methods: Vec<String>,
    /// Names of request headers, or `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = crate::schema::TOKEN))))]
    pub allow_headers: Vec<String>,
    /// Names of response headers that scripts may read, or `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = crate::schema::TOKEN))))]
    pub expose_headers: Vec<String>,
    /// For how many seconds a browser may keep the answer to a preflight.
    pub max_age: u32,
}

impl Cors {
    /// Whether `text` can be an [origin](Self::allow_origins): the API's CORSOrigin.
    #[must_use]
    pub fn is_origin(text: &str) -> bool {
        if text == "*" {
            return true;
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return false;
        };
        let (host, port) = rest.split_once(':').unwrap_or((rest, "80"));
        let label = |label: &str| {
            let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            !label.is_empty() && label.bytes().all(good)
        };
        matches!(scheme, "http" | "https")
            // `parse` would take a sign.
            && port.bytes().all(|b| b.is_ascii_digit())
            && port.parse::<u16>().is_ok_and(|port| port > 0)
            && (host == "*"
                || host
                    .strip_prefix("*.")
                    .unwrap_or(host)
                    .split('.')
                    .all(label))
    }
}

impl Default for Cors {
    fn default() -> Self {
        Self {
            allow_origins: Vec::new(),
            allow_credentials: false,
            allow_methods: Vec::new(),
            allow_headers: Vec::new(),
            expose_headers: Vec::new(),
            max_age: 5,
        }
    }
}

/// HTTPExternalAuthFilter with protocol HTTP: a request with the same method, authority and path and
/// without body. 200 lets the request go on; any other answer becomes the client's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalAuth {
    /// The proxy's name for the endpoints of the service that is asked.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::SOMETHING_ON_WIRE)))]
    pub cluster: String,
    /// Stands before the path of the request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::PATH_OR_NOTHING)))]
    pub path_prefix: String,
    /// Request headers that it is told besides `authorization`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = crate::schema::HEADER_NAME))))]
    pub allowed_headers: Vec<String>,
    /// Headers of its answer that the request gets. None: all but those of the connection and of
    /// the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = crate::schema::HEADER_NAME))))]
    pub allowed_response_headers: Vec<String>,
}

/// HTTPPathModifier, written as an object with one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PathModifier {
    /// The whole path.
    ReplaceFullPath(
        #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::PATH)))] String,
    ),
    /// The part that the rule's PathPrefix match covers, element by element.
    ReplacePrefixMatch(
        #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::PATH_OR_NOTHING)))]
        String,
    ),
}
