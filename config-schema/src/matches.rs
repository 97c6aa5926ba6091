//! What a request must look like.

use serde::{Deserialize, Serialize};

/// Predicates that must all hold; an empty one holds for every request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Match {
    /// Of the authority without port, in lower case; `*.` stands for one or more labels. Absent:
    /// any host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::HOST_PATTERN)))]
    pub hostname: Option<String>,
    /// Of the path without the query. Absent: any path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathMatch>,
    /// Of the method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Of headers; all must hold. `Host` is the authority.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::header_matches))]
    pub headers: Vec<ValueMatch>,
    /// Of query parameters; all must hold. The first value of a repeated parameter counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::query_params))]
    pub query_params: Vec<ValueMatch>,
}

/// HTTPPathMatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::schema::path_match))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PathMatch {
    /// How `value` is compared.
    #[serde(default, rename = "type")]
    pub kind: PathMatchType,
    /// A path that starts with `/`, or a pattern.
    pub value: String,
}

/// How a path is compared. Always case-sensitive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PathMatchType {
    /// Equal.
    Exact,
    /// Equal element by element, split at `/`: `/abc` holds for `/abc`, `/abc/` and `/abc/def`,
    /// not for `/abcd`. A trailing `/` of the value is ignored.
    #[default]
    PathPrefix,
    /// The pattern matches the whole path.
    RegularExpression,
}

/// HTTPHeaderMatch or HTTPQueryParamMatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ValueMatch {
    /// Name; of a header in any case, of a query parameter exactly.
    pub name: String,
    /// How `value` is compared.
    #[serde(default, rename = "type", skip_serializing_if = "MatchType::is_exact")]
    pub kind: MatchType,
    /// A value, or a pattern.
    pub value: String,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MatchType {
    /// Equal.
    #[default]
    Exact,
    /// The pattern matches the whole value.
    RegularExpression,
}

impl MatchType {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    fn is_exact(&self) -> bool {
        *self == Self::Exact
    }
}

/// HTTPMethod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "each is the method of its name")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Connect,
    Options,
    Trace,
    Patch,
}

impl Method {
    /// As it stands in a request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Patch => "PATCH",
        }
    }
}
