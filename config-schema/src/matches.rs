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

/// The elements of a path prefix: "Matches based on a URL path prefix split by `/`. Matching is
/// case-sensitive and done on a path element by element basis … trailing `/` is ignored" (PathPrefix).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathPrefix<'p>(&'p str);

impl<'p> PathPrefix<'p> {
    /// Of a path, as in [`PathMatch::value`].
    #[must_use]
    pub fn new(path: &'p str) -> Self {
        Self(path.trim_end_matches('/'))
    }

    /// `/a/b` of `/a/b/`, and nothing of `/`.
    #[must_use]
    pub fn as_str(self) -> &'p str {
        self.0
    }

    /// Whether `path` (without query) begins with these elements.
    #[must_use]
    pub fn covers(self, path: &str) -> bool {
        let rest = path.strip_prefix(self.0);
        rest.is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b'/')))
    }
}

/// Which names of matches on headers or query parameters are equivalent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Of headers: in any case.
    Headers,
    /// Of query parameters: equal.
    QueryParams,
}

impl Names {
    /// Whether two names are equivalent.
    #[must_use]
    pub fn are_equivalent(self, one: &str, other: &str) -> bool {
        match self {
            Self::Headers => one.eq_ignore_ascii_case(other),
            Self::QueryParams => one == other,
        }
    }

    /// The entries that count, in order: "If multiple entries specify equivalent header names, only the
    /// first entry with an equivalent name MUST be considered for a match" (HTTPHeaderMatch.name; query
    /// parameters likewise). `name` gives the name of an entry.
    pub fn considered<'e, T>(
        self,
        entries: &'e [T],
        name: impl Fn(&T) -> &str + 'e,
    ) -> impl Iterator<Item = &'e T> {
        entries.iter().enumerate().filter_map(move |(i, entry)| {
            let mut earlier = entries.iter().take(i);
            let is_repeated =
                earlier.any(|earlier| self.are_equivalent(name(earlier), name(entry)));
            (!is_repeated).then_some(entry)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_covers_whole_elements() {
        let table = [
            ("/abc", "/abc", true),
            ("/abc/", "/abc", true),
            ("/abc", "/abc/", true),
            ("/abc", "/abc/def", true),
            ("/abc", "/abcd", false),
            ("/abc", "/ab", false),
            ("/", "/", true),
            ("/", "/x", true),
        ];
        for (prefix, path, expected) in table {
            assert_eq!(
                PathPrefix::new(prefix).covers(path),
                expected,
                "{prefix} {path}"
            );
        }
    }

    #[test]
    fn the_first_of_equivalent_names_counts() {
        let names = ["A", "b", "a", "b", "B"];
        let considered = |names_of: Names| -> Vec<&str> {
            let names = names_of.considered(&names, |name| name);
            names.copied().collect()
        };
        assert_eq!(considered(Names::Headers), ["A", "b"]);
        assert_eq!(considered(Names::QueryParams), ["A", "b", "a", "B"]);
    }
}
