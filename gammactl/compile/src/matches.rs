//! Compiles matches of HTTPRoutes and GRPCRoutes. A gRPC method becomes a path: "`/{service}/{method}`"
//! (GEP-1016).

use gamma_config::{self as config, Names};
use gamma_manifest::{
    GrpcMethodMatch, Match, PathMatchType, ValueMatch,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};
use gamma_pattern::Dfa;

use super::{
    filters,
    header_changes::{is_sendable, not_sendable},
};

/// One element of a path: a service that is not given.
const ANY_ELEMENT: &str = "[^/]+";
/// A method that is not given: "`/{service}/.+`" (GEP-1016).
const ANYTHING: &str = ".+";

/// `None` if it can't be obeyed; what is wrong has been said. `hostname` is one of the route's, where
/// they are obeyed.
pub(crate) fn compile(
    r#match: &Match,
    hostname: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<config::Match> {
    let mut patterns = Patterns {
        diagnostics,
        good: true,
    };
    let compiled = match r#match {
        Match::Http(http) => config::Match {
            hostname: hostname.map(Into::into),
            path: Some(config::PathMatch {
                kind: match http.path.kind {
                    PathMatchType::Exact => config::PathMatchType::Exact,
                    PathMatchType::PathPrefix => config::PathMatchType::PathPrefix,
                    PathMatchType::RegularExpression => {
                        patterns.check(&http.path.value);
                        config::PathMatchType::RegularExpression
                    }
                },
                value: http.path.value.value.clone(),
            }),
            method: http.method,
            headers: headers(&http.headers, &mut patterns),
            query_params: values(
                ValueMatch::considered(&http.query_params, Names::QueryParams),
                &mut patterns,
            ),
        },
        Match::Grpc(grpc) => config::Match {
            hostname: hostname.map(Into::into),
            path: grpc
                .method
                .as_ref()
                .map(|method| grpc_path(method, &mut patterns)),
            headers: headers(&grpc.headers, &mut patterns),
            ..config::Match::default()
        },
    };
    patterns.good.then_some(compiled)
}

/// Checks patterns, so that the filter has an automaton for each.
struct Patterns<'d> {
    diagnostics: &'d mut Diagnostics,
    good: bool,
}

impl Patterns<'_> {
    fn check(&mut self, text: &Spanned<String>) {
        if !self.sendable(text, "a pattern") {
            return;
        }
        let Spanned { value, span } = text;
        self.regex(value, *span);
    }

    /// Whether a text could be in a request.
    fn sendable(&mut self, text: &Spanned<String>, what: &str) -> bool {
        let sendable = is_sendable(&text.value);
        if !sendable {
            self.good = false;
            self.diagnostics.push(
                not_sendable(text, what)
                    .why("no header or path has a line break, so the match never holds")
                    .hint("write it on one line"),
            );
        }
        sendable
    }

    fn regex(&mut self, pattern: &str, span: Span) {
        let checked = match pattern {
            "" => Err("it is empty, and what it is matched with is not".to_owned()),
            _ => Dfa::of(pattern).map_err(|error| error.to_string()),
        };
        if let Err(message) = checked {
            self.good = false;
            self.diagnostics.push(
                Diagnostic::new(
                    &codes::BAD_REGEX,
                    span,
                    format!("`{pattern}` can't be used as a regular expression: {message}"),
                )
                .why("the match never holds")
                .hint(match gamma_manifest::foreign_path(pattern) {
                    Some(path) => format!("a parameter is a pattern here: `{}`", path.pattern),
                    None => {
                        "use the portable dialect of GEP-4359: no back-references, no look-around"
                            .into()
                    }
                }),
            );
        }
    }
}

/// The filter removes its own headers from every request before it looks at the others.
fn headers(matches: &[ValueMatch], patterns: &mut Patterns<'_>) -> Vec<config::ValueMatch> {
    for name in matches
        .iter()
        .map(|m| &m.name)
        .filter(|name| filters::is_owned(&name.value))
    {
        patterns.good = false;
        patterns.diagnostics.push(
            Diagnostic::new(
                &codes::OWNED_HEADER,
                name.span,
                format!("header `{}` can't be matched", name.value),
            )
            .why("`x-gamma-*` is how the filter talks to the proxy; the match never holds")
            .hint("choose another header name"),
        );
    }
    let considered = ValueMatch::considered(matches, Names::Headers);
    for header in considered.filter(|header| !header.regex) {
        let what = format!("the value of header `{}`", header.name.value);
        patterns.sendable(&header.value, &what);
    }
    values(ValueMatch::considered(matches, Names::Headers), patterns)
}

fn values<'m>(
    matches: impl Iterator<Item = &'m ValueMatch>,
    patterns: &mut Patterns<'_>,
) -> Vec<config::ValueMatch> {
    matches
        .map(|m| {
            if m.regex {
                patterns.check(&m.value);
            }
            config::ValueMatch {
                name: m.name.value.clone(),
                kind: if m.regex {
                    config::MatchType::RegularExpression
                } else {
                    config::MatchType::Exact
                },
                value: m.value.value.clone(),
            }
        })
        .collect()
}

fn grpc_path(method: &GrpcMethodMatch, patterns: &mut Patterns<'_>) -> config::PathMatch {
    let path = |kind, value| config::PathMatch { kind, value };
    match (&method.service, &method.method, method.regex) {
        (Some(service), Some(method), false) => path(
            config::PathMatchType::Exact,
            format!("/{}/{}", service.value, method.value),
        ),
        (Some(service), None, false) => path(
            config::PathMatchType::PathPrefix,
            format!("/{}", service.value),
        ),
        // The characters that the API allows in a method name are no operators.
        (None, Some(method), false) => {
            let value = format!("/{ANY_ELEMENT}/{}", method.value);
            patterns.regex(&value, method.span);
            path(config::PathMatchType::RegularExpression, value)
        }
        (service, method, _) => {
            let mut part = |part: &Option<Spanned<String>>, any: &str| match part {
                Some(pattern) => {
                    patterns.check(pattern);
                    format!("(?:{})", pattern.value)
                }
                None => any.into(),
            };
            let span = service.as_ref().or(method.as_ref()).map(|part| part.span);
            let service = part(service, ANY_ELEMENT);
            let value = format!("/{service}/{}", part(method, ANYTHING));
            // Two good parts can be too large together, and `\Q` has no end.
            if let Some(span) = span.filter(|_| patterns.good) {
                patterns.regex(&value, span);
            }
            path(config::PathMatchType::RegularExpression, value)
        }
    }
}
