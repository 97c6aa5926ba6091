//! Rules, each compiled once however many ports its route is attached to.

use std::collections::HashMap;

use gamma_config as config;

use super::{
    Options, attach::Attachments, backend::Backends, filters, index::Index, matches,
    precedence::Precedence,
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    manifest::{FilterKind, Manifests, Route, Rule},
};

/// A rule and the ranks of its matches, which are in the order of their ranks.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) rule: config::Rule,
    pub(crate) ranks: Vec<Precedence>,
}

/// The rules of every attached route, by its index.
pub(crate) type Rules = HashMap<usize, Vec<Compiled>>;

pub(crate) fn compile_all(
    manifests: &Manifests,
    index: &Index<'_>,
    attachments: &Attachments<'_>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Rules {
    let backends = Backends {
        manifests,
        index,
        options,
    };
    attachments
        .routes()
        .into_iter()
        .filter_map(|r| Some((r, manifests.routes.get(r)?)))
        .map(|(r, route)| {
            let rules = route.rules.iter().enumerate();
            let compiled = rules
                .filter_map(|(i, rule)| compile(route, i, rule, &backends, diagnostics))
                .collect();
            (r, compiled)
        })
        .collect()
}

/// `None` if no match of the rule can hold: without matches it would match everything.
fn compile(
    route: &Route,
    number: usize,
    rule: &Rule,
    backends: &Backends<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Compiled> {
    let mut ranked: Vec<(Precedence, config::Match)> = rule
        .matches
        .iter()
        .enumerate()
        .filter_map(|(m, r#match)| {
            let compiled = matches::compile(r#match, diagnostics)?;
            Some((Precedence::new(route, number, m, r#match), compiled))
        })
        .collect();
    ranked.sort_by(|(a, _), (b, _)| a.cmp(b));
    let (ranks, matches): (Vec<_>, Vec<_>) = ranked.into_iter().unzip();

    let filters = filters::compile(&rule.filters, route, backends, diagnostics);
    unsupported(rule, diagnostics);
    let backend_refs: Vec<_> = rule
        .backend_refs
        .iter()
        .map(|backend| backends.compile(route, rule, backend, diagnostics))
        .collect();
    no_backend(rule, diagnostics);

    let rule = config::Rule {
        route: format!(
            "{}/{}/{}",
            route.kind.as_str(),
            route.metadata.namespace,
            route.metadata.name.value
        ),
        name: match &rule.name {
            Some(name) => name.value.clone(),
            None => number.to_string(),
        },
        matches,
        filters: filters.filters,
        backend_refs,
        timeouts: rule.timeouts,
        retry: rule.retry.as_ref().map(|retry| retry.policy.clone()),
        invalid: filters.invalid,
    };
    (!ranks.is_empty()).then_some(Compiled { rule, ranks })
}

/// What the API has and this version does not do yet. The rule works without it.
fn unsupported(rule: &Rule, diagnostics: &mut Diagnostics) {
    let fields = [
        (
            "retry.backoff",
            rule.retry
                .as_ref()
                .and_then(|r| r.backoff.as_ref())
                .map(|b| b.span),
        ),
        ("sessionPersistence", rule.session_persistence),
    ];
    for (field, span) in fields {
        if let Some(span) = span {
            diagnostics.push(
                Diagnostic::new(
                    &codes::UNSUPPORTED_FIELD,
                    span,
                    format!("`{field}` is not supported yet"),
                )
                .why("the rule routes as if it were absent")
                .hint("set it in the proxy's own configuration"),
            );
        }
    }
}

fn no_backend(rule: &Rule, diagnostics: &mut Diagnostics) {
    let redirects = rule
        .filters
        .iter()
        .any(|filter| matches!(filter.kind, FilterKind::RequestRedirect(_)));
    if redirects {
        return;
    }
    if rule.backend_refs.is_empty() {
        diagnostics.push(
            Diagnostic::new(&codes::NO_BACKENDS, rule.span, "rule has no backendRefs")
                .why("its requests are answered 500")
                .hint("name a backend, or add a RequestRedirect"),
        );
    } else if rule.backend_refs.iter().all(|backend| backend.weight == 0) {
        diagnostics.push(
            Diagnostic::new(
                &codes::ALL_WEIGHTS_ZERO,
                rule.span,
                "every backend of the rule has weight 0",
            )
            .why("its requests are answered 500")
            .hint("give one of them a weight above 0"),
        );
    }
}
