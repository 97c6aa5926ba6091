//! Matches: what a request must look like for a rule to take it.

use crate::describe::{describe_object, describe_words};

describe_object! {
    /// Predicates that must all hold; an empty one holds for every request.
    pub struct Match: Default {
        /// Of the authority without port, in lower case; `*.` stands for one or more labels. Absent:
        /// any host.
        #[schema(text(HOST_PATTERN))]
        optional "hostname" => hostname: Option<String>,
        /// Of the path without the query. Absent: any path.
        optional "path" => path: Option<PathMatch>,
        /// Of the method.
        optional "method" => method: Option<Method>,
        /// Of headers; all must hold. `Host` is the authority.
        #[schema(header_matches)]
        #[schema(at_most_items(crate::limits::MAX_ENTRIES))]
        optional "headers" => headers: Vec<ValueMatch>,
        /// Of query parameters; all must hold. The first value of a repeated parameter counts.
        #[schema(query_params)]
        #[schema(at_most_items(crate::limits::MAX_ENTRIES))]
        optional "queryParams" => query_params: Vec<ValueMatch>,
    }
}

describe_object! {
    /// HTTPPathMatch.
    #[schema(path_match)]
    pub struct PathMatch {
        /// How `value` is compared.
        written "type" => kind: PathMatchType,
        /// A path that starts with `/`, or a pattern.
        required "value" => value: String,
    }
}

describe_words! {
    /// How a path is compared. Always case-sensitive.
    pub enum PathMatchType = PathPrefix {
        /// Equal.
        "Exact" => Exact,
        /// Equal element by element, split at `/`: `/abc` holds for `/abc`, `/abc/` and `/abc/def`,
        /// not for `/abcd`. A trailing `/` of the value is ignored.
        "PathPrefix" => PathPrefix,
        /// The pattern matches the whole path.
        "RegularExpression" => RegularExpression,
    }
}

describe_object! {
    /// HTTPHeaderMatch or HTTPQueryParamMatch.
    pub struct ValueMatch {
        /// Name; of a header in any case, of a query parameter exactly.
        required "name" => name: String,
        /// How `value` is compared.
        optional "type" => kind: MatchType,
        /// A value, or a pattern.
        required "value" => value: String,
    }
}

describe_words! {
    /// How a value is compared.
    pub enum MatchType = Exact {
        /// Equal.
        "Exact" => Exact,
        /// The pattern matches the whole value.
        "RegularExpression" => RegularExpression,
    }
}

describe_words! {
    /// HTTPMethod.
    #[allow(missing_docs, reason = "each is the method of its name")]
    pub enum Method {
        "GET" => Get,
        "HEAD" => Head,
        "POST" => Post,
        "PUT" => Put,
        "DELETE" => Delete,
        "CONNECT" => Connect,
        "OPTIONS" => Options,
        "TRACE" => Trace,
        "PATCH" => Patch,
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
