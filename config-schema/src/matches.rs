//! Matches: what a request must look like for a rule to take it.

use crate::describe::{object, words};

object! {
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
        optional "headers" => headers: Vec<ValueMatch>,
        /// Of query parameters; all must hold. The first value of a repeated parameter counts.
        #[schema(query_params)]
        optional "queryParams" => query_params: Vec<ValueMatch>,
    }
}

object! {
    /// HTTPPathMatch.
    #[schema(path_match)]
    pub struct PathMatch {
        /// How `value` is compared.
        written "type" => kind: PathMatchType,
        /// A path that starts with `/`, or a pattern.
        required "value" => value: String,
    }
}

words! {
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

object! {
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

words! {
    /// How a value is compared.
    pub enum MatchType = Exact {
        /// Equal.
        "Exact" => Exact,
        /// The pattern matches the whole value.
        "RegularExpression" => RegularExpression,
    }
}

words! {
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
