//! Filters: what a rule or a backend changes.

use serde::{Deserialize, Serialize};

/// A filter, written as an object with one member: `{"requestRedirect": {"port": 8443}}`.
/// Each kind at most once in a list, but for `requestMirror`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// HTTPHeaderFilter. A name may appear in one action only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    pub remove: Vec<String>,
}

/// HTTPHeader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// Name, in any case.
    pub name: String,
    /// Value.
    pub value: String,
}

/// HTTPRequestRedirectFilter: the parts of the request's URL that are replaced; the query stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RequestRedirect {
    /// Absent: the request's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// Absent: the request's host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Absent: the request's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathModifier>,
    /// Absent: the well-known port of `scheme` if that is given, else the Service's port. 80 is
    /// not written for http, nor 443 for https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// 301, 302, 303, 307 or 308.
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
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

/// HTTPURLRewriteFilter; the query stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UrlRewrite {
    /// Replaces the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Replaces the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathModifier>,
}

/// HTTPRequestMirrorFilter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestMirror {
    /// The proxy's name for the endpoints that get the copies.
    pub cluster: String,
    /// Which part of the requests is copied. Absent: all.
    #[serde(default, skip_serializing_if = "Fraction::is_all")]
    pub fraction: Fraction,
}

/// A part of the requests: `numerator` of `denominator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fraction {
    /// At most the denominator.
    pub numerator: u32,
    /// At least 1.
    #[serde(default = "hundred")]
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

/// HTTPPathModifier, written as an object with one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PathModifier {
    /// The whole path.
    ReplaceFullPath(String),
    /// The part that the rule's PathPrefix match covers, element by element.
    ReplacePrefixMatch(String),
}
