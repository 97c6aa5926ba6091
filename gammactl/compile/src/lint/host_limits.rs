//! Says what the host that the routes are for does not do by itself.

use gamma_config::{Feature, HostKind, Timeouts};
use gamma_manifest::{
    Filter, FilterKind, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};

pub(super) fn lint(rule: &Rule, host: HostKind, diagnostics: &mut Diagnostics) {
    for (feature, span) in asked(rule) {
        let Some(limit) = host.limit(feature) else {
            continue;
        };
        let (what, host) = (feature.as_str(), host.as_str());
        diagnostics.push(
            Diagnostic::new(
                &codes::HOST_LIMIT,
                span,
                format!("`{what}` needs more than the filter in the host `{host}`"),
            )
            .why(limit)
            .hint("configure the host as docs/hosts.md says, or do without"),
        );
    }
}

/// What a rule asks for, and where.
fn asked(rule: &Rule) -> Vec<(Feature, Span)> {
    let mut asked = Vec::new();
    if rule.timeouts != Timeouts::default() {
        asked.push((Feature::Timeouts, rule.span));
    }
    if rule.retry.is_some() {
        asked.push((Feature::Retries, rule.retry_span.unwrap_or(rule.span)));
    }
    if let Some(session) = &rule.session_persistence {
        asked.push((Feature::Sessions, session.span));
    }
    let of_backends = rule
        .backend_refs
        .iter()
        .flat_map(|backend| &backend.filters);
    let filters = rule.filters.iter().chain(of_backends);
    asked.extend(filters.filter_map(|filter| Some((feature(filter)?, filter.span))));
    asked
}

fn feature(filter: &Filter) -> Option<Feature> {
    match &filter.kind {
        FilterKind::RequestHeaderModifier(edits) if !edits.remove.is_empty() => {
            Some(Feature::HeaderRemoval)
        }
        FilterKind::UrlRewrite(_) => Some(Feature::Rewrites),
        FilterKind::RequestMirror(_) => Some(Feature::Mirrors),
        FilterKind::ExternalAuth(_) => Some(Feature::ExternalAuth),
        _ => None,
    }
}
