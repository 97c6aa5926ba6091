//! New paths and hosts: what Istio rewrites as a text, and the URLRewrite that does the same.

use gamma_manifest::{
    diagnostic::codes,
    source::{Span, Spanned},
};
use serde_json::{Map, Value, json};

use super::{headers::SourceHeaders, http_route::Rewrite, requests::Matched};
use crate::{draft::ActionProblem, order::PathSet};

/// "PreciseHostname": in lower case, without a port.
pub(super) fn host_name(host: &str) -> String {
    let (name, _) = host.rsplit_once(':').unwrap_or((host, ""));
    name.to_ascii_lowercase()
}

/// Says where `host` is no host name of the Gateway API.
pub(super) fn odd_host(host: &str, span: Span) -> Option<ActionProblem> {
    let name = host_name(host);
    (name != host).then(|| ActionProblem {
        code: &codes::ANSWERED_OTHERWISE,
        span,
        message: format!("`{host}` is no host name of the Gateway API"),
        why: format!("the backend sees `{name}`"),
        hint: "see whether the backend cares",
    })
}

/// What becomes of path and host.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    /// The filter, if there is anything to do.
    pub(super) filter: Option<Value>,
    /// Whether that replaces a prefix.
    pub(super) replaces_prefix: bool,
    /// Whether no filter can do it.
    pub(super) is_unspeakable: bool,
    pub(super) problems: Vec<ActionProblem>,
}

impl Rewritten {
    /// For requests to `path`, which are some of those that were `matched`.
    pub(super) fn new(
        rewrite: Option<&Rewrite>,
        headers: &SourceHeaders,
        matched: &Matched,
        path: &PathSet,
    ) -> Self {
        let mut done = Self::default();
        let mut members = Map::new();
        let authority = rewrite.and_then(|rewrite| rewrite.authority.as_ref());
        if let Some(host) = headers.host.as_ref().or(authority) {
            done.problems.extend(odd_host(&host.value, host.span));
            members.insert("hostname".into(), host_name(&host.value).into());
        }
        if let Some(uri) = rewrite.and_then(|rewrite| rewrite.uri.as_ref()) {
            let new = done.new_path(uri, matched, path);
            members.extend(new.map(|new| ("path".to_owned(), new)));
        }
        if !members.is_empty() && !done.is_unspeakable {
            done.filter = Some(json!({"type": "URLRewrite", "urlRewrite": members}));
        }
        done
    }

    /// The `path` of a filter that puts `uri` in the place of what was matched, which rewrites and redirects do alike.
    pub(super) fn new_path(
        &mut self,
        uri: &Spanned<String>,
        matched: &Matched,
        path: &PathSet,
    ) -> Option<Value> {
        match modifier(&uri.value, matched, path) {
            NewPath::Full(path) => {
                Some(json!({"type": "ReplaceFullPath", "replaceFullPath": path}))
            }
            NewPath::Prefix(prefix, differs) => {
                self.problems
                    .extend(differs.map(|(asked, before, after)| ActionProblem {
                        code: &codes::ANSWERED_OTHERWISE,
                        span: uri.span,
                        message: format!(
                            "`{}` is not put in the place of whole elements",
                            uri.value
                        ),
                        why: format!(
                            "the path of `GET {asked}` becomes `{after}` instead of `{before}`"
                        ),
                        hint: "most likely the new one was meant; accept it",
                    }));
                self.replaces_prefix = true;
                Some(json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": prefix}))
            }
            NewPath::Unspeakable => {
                self.problems.push(ActionProblem {
                    code: &codes::ANSWERED_OTHERWISE,
                    span: uri.span,
                    message: format!("no filter rewrites {} so", worded(path)),
                    why: "such requests are answered with 500".into(),
                    hint: "end the prefix with `/`, or match with whole elements",
                });
                self.is_unspeakable = true;
                None
            }
        }
    }
}

fn worded(path: &PathSet) -> String {
    match path {
        PathSet::Exact(path) => format!("the path {path}"),
        PathSet::Prefix(path) => format!("paths below {path}/"),
        PathSet::Pattern(pattern) => format!("paths like {pattern}"),
    }
}

/// What stands in the place of a path.
#[derive(Debug, PartialEq, Eq)]
enum NewPath {
    Full(String),
    /// Instead of whole elements; with a request, what Istio makes of it, and what this does, where they differ.
    Prefix(String, Option<(String, String, String)>),
    Unspeakable,
}

/// "prefix: the matched text is replaced", whether or not it ends with an element.
fn modifier(uri: &str, matched: &Matched, path: &PathSet) -> NewPath {
    let Matched::Prefix(text) = matched else {
        return NewPath::Full(uri.into());
    };
    match path {
        PathSet::Exact(path) => match path.strip_prefix(&**text) {
            Some(rest) => NewPath::Full(format!("{uri}{rest}")),
            None => NewPath::Unspeakable,
        },
        PathSet::Pattern(_) => NewPath::Unspeakable,
        PathSet::Prefix(elements) => {
            let bare = text.strip_suffix('/').unwrap_or(text);
            let Some(rest) = elements.strip_prefix(bare) else {
                return NewPath::Unspeakable;
            };
            if !rest.is_empty() {
                // Whole elements behind the matched text: only they are left of it.
                let rest = &elements[text.len()..];
                return NewPath::Prefix(format!("{uri}{rest}"), None);
            }
            // "/xyz/ with /foo/bar is /xyz/bar": what follows always begins with one slash.
            let new = if uri.len() > 1 {
                uri.trim_end_matches('/')
            } else {
                uri
            };
            let asked = format!("{elements}/x");
            let before = format!("{uri}{}", &asked[text.len()..]);
            let after = format!("{}/x", new.trim_end_matches('/'));
            let differs = (before != after).then_some((asked, before, after));
            NewPath::Prefix(new.into(), differs)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was matched, what stands in its place, and a request whose path becomes another one than in Istio.
    #[test]
    fn prefixes_are_replaced_as_texts_or_it_is_said() {
        let table = [
            ("/", "/", "/", None),
            ("/", "/v2/", "/v2", None),
            ("/", "/v2", "/v2", Some(("/x", "/v2x", "/v2/x"))),
            ("/api", "/", "/", Some(("/api/x", "//x", "/x"))),
            ("/api", "/v2", "/v2", None),
            ("/api", "/v2/", "/v2", Some(("/api/x", "/v2//x", "/v2/x"))),
            ("/api/", "/", "/", None),
            ("/api/", "/v2/", "/v2", None),
            ("/api/", "/v2", "/v2", Some(("/api/x", "/v2x", "/v2/x"))),
        ];
        for (text, uri, new, differs) in table {
            let elements = PathSet::below(text);
            let differs =
                differs.map(|(a, b, c): (&str, &str, &str)| (a.into(), b.into(), c.into()));
            assert_eq!(
                modifier(uri, &Matched::Prefix(text.into()), &elements),
                NewPath::Prefix(new.into(), differs),
                "{text} -> {uri}"
            );
        }
    }

    #[test]
    fn what_is_below_a_prefix_keeps_its_own_elements() {
        let of = |uri: &str, text: &str, path: PathSet| {
            modifier(uri, &Matched::Prefix(text.into()), &path)
        };
        let below = |path: &str| PathSet::Prefix(path.into());
        let exact = |path: &str| PathSet::Exact(path.into());
        assert_eq!(
            of("/v2", "/api", below("/api/a")),
            NewPath::Prefix("/v2/a".into(), None)
        );
        assert_eq!(
            of("/v2", "/api/", below("/api/a")),
            NewPath::Prefix("/v2a".into(), None)
        );
        assert_eq!(
            of("/v2", "/api", exact("/api")),
            NewPath::Full("/v2".into())
        );
        assert_eq!(
            of("/v2", "/api", exact("/api/a")),
            NewPath::Full("/v2/a".into())
        );
        assert_eq!(
            of("/v2", "/api", PathSet::Pattern("/api[^/].*".into())),
            NewPath::Unspeakable
        );
        assert_eq!(
            modifier("/v2", &Matched::Whole, &PathSet::Pattern("/a.*".into())),
            NewPath::Full("/v2".into())
        );
    }
}
