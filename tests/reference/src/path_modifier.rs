//! HTTPPathModifier: the path that a rewrite or a redirect makes.

use gamma_manifest::{Match, PathModifier};

use crate::{prefix, request::Request};

/// Path and query after a URLRewrite or in a redirect. "Query of a redirect or rewrite: kept"
/// (semantics.md).
pub(super) fn modified(
    modifier: Option<&PathModifier>,
    r#match: &Match,
    request: &Request,
) -> String {
    let (path, query) = request.path_and_query();
    let path = match modifier {
        None => path.to_owned(),
        Some(PathModifier::ReplaceFullPath(full)) => full.value.clone(),
        Some(PathModifier::ReplacePrefixMatch(replacement)) => match r#match {
            Match::Http(http) => prefix::replaced(path, &http.path.value.value, &replacement.value),
            Match::Grpc(_) => path.to_owned(),
        },
    };
    match query {
        // Only the full path of a redirect has a query or a fragment of its own.
        Some(query) if !path.contains(['?', '#']) => format!("{path}?{query}"),
        _ => path,
    }
}
