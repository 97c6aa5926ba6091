//! Warns of paths in matches and filters that differ only in a slash at their end.

use std::collections::HashSet;

use gamma_config::PathPrefix;
use gamma_manifest::{
    FilterKind, HttpMatch, Match, PathMatchType, PathModifier, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{path_index::MatchesByPath, table::CompetingMatches};

/// "When specified, a trailing `/` is ignored."
pub(super) fn prefixes(rule: &Rule, diagnostics: &mut Diagnostics) {
    let http = rule.matches.iter().filter_map(|m| match m {
        Match::Http(http) if http.path.kind == PathMatchType::PathPrefix => Some(http),
        _ => None,
    });
    for path in http.map(|http| &http.path.value) {
        let without = PathPrefix::new(&path.value).as_str();
        if !without.is_empty() && path.value.ends_with('/') {
            diagnostics.push(
                Diagnostic::new(
                    &codes::PREFIX_WITH_SLASH,
                    path.span,
                    format!("PathPrefix `{}` is the same as `{without}`", path.value),
                )
                .why(format!("the `/` at its end is ignored: a request for `{without}` matches, too"))
                .hint(format!(
                    "write `{without}`; to keep `{without}` itself out, give it an Exact match of its own"
                )),
            );
        }
    }
    replacement(rule, diagnostics);
}

/// Implementations that replace text instead of elements lose or double a slash.
fn replacement(rule: &Rule, diagnostics: &mut Diagnostics) {
    let [Match::Http(http)] = rule.matches.as_slice() else {
        return;
    };
    let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
    for filter in rule.filters.iter().chain(of_backends) {
        let modifier = match &filter.kind {
            FilterKind::RequestRedirect(redirect) => &redirect.path,
            FilterKind::UrlRewrite(rewrite) => &rewrite.path,
            _ => continue,
        };
        let Some(PathModifier::ReplacePrefixMatch(replacement)) = modifier else {
            continue;
        };
        let replacement = &*replacement.value;
        // One without its first slash is no path at all, which is said where it is compiled.
        if !replacement.is_empty() && !replacement.starts_with('/') {
            continue;
        }
        let prefix = &*http.path.value.value;
        let doubled = !prefix.ends_with('/') && replacement.len() > 1 && replacement.ends_with('/');
        let lost = prefix.ends_with('/') && !replacement.is_empty() && !replacement.ends_with('/');
        if !doubled && !lost {
            continue;
        }
        let base = PathPrefix::new(replacement).as_str();
        let elsewhere = if lost {
            format!("{base}x")
        } else {
            format!("{base}//x")
        };
        let hint = match (lost, prefix) {
            (true, "/") => format!("write `{base}/` to be safe elsewhere: here it means the same"),
            (true, _) => {
                "leave out the `/` at the end of the prefix: here it means the same".into()
            }
            (false, _) => format!("write `{base}`: here it means the same"),
        };
        diagnostics.push(
            Diagnostic::new(
                &codes::PREFIX_REPLACEMENT,
                filter.span,
                format!("prefix `{prefix}` becomes `{replacement}`: only one of them ends with `/`"),
            )
            .why(format!(
                "here that is `{base}/x` for the element `x`; what replaces text makes it `{elsewhere}`"
            ))
            .hint(hint),
        );
    }
}

/// "An exact path match on `/abc` will only match requests to `/abc`, NOT `/abc/`".
pub(super) fn exact(table: &CompetingMatches<'_>, diagnostics: &mut Diagnostics) {
    // Other parents may have other routes.
    if table.ports.is_empty() {
        return;
    }
    let index = MatchesByPath::new(table);
    let above = above(table);
    let mut said = HashSet::new();
    for ranked in &table.matches {
        let Match::Http(http) = ranked.r#match else {
            continue;
        };
        if let Some(other) = other_form(http, &above)
            && !index.is_taken(&other)
            && said.insert(other.clone())
        {
            diagnostics.push_once(
                Diagnostic::new(
                    &codes::EXACT_WITHOUT_OTHER,
                    http.path.value.span,
                    format!("no match takes `{other}`"),
                )
                .why(format!(
                    "Exact `{}` is for that path alone: `{other}` is answered 404",
                    http.path.value.value
                ))
                .hint("add a match for it if clients write it; a PathPrefix takes both"),
            );
        }
    }
}

/// The path without the slash at its end. With it, only if there are paths below: `/items/` is a
/// likely request where there is `/items/new`.
fn other_form(http: &HttpMatch, above: &HashSet<&str>) -> Option<String> {
    let path = &*http.path.value.value;
    if http.path.kind != PathMatchType::Exact || path == "/" {
        return None;
    }
    match path.strip_suffix('/') {
        Some(without) => Some(without.into()),
        None => above.contains(path).then(|| format!("{path}/")),
    }
}

/// Every path that another of the table is below.
fn above<'t>(table: &'t CompetingMatches<'_>) -> HashSet<&'t str> {
    let mut above = HashSet::new();
    for ranked in &table.matches {
        if let Match::Http(http) = ranked.r#match
            && http.path.kind != PathMatchType::RegularExpression
        {
            let path = PathPrefix::new(&http.path.value.value).as_str();
            above.extend(path.match_indices('/').map(|(slash, _)| &path[..slash]));
        }
    }
    above
}
