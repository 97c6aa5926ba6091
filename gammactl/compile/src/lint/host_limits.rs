//! Says what the host that the routes are for does not do by itself.

use gamma_config::{Feature, HostKind, Timeouts};
use gamma_manifest::{
    Filter, FilterKind, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};

/// `is_generated` says whether the host's configuration does what can be written there.
pub(super) fn lint(rule: &Rule, host: HostKind, is_generated: bool, diagnostics: &mut Diagnostics) {
    for (feature, span) in asked(rule) {
        let limit = match is_generated {
            true => left_over(feature),
            false => host.limit(feature),
        };
        let Some(limit) = limit else {
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
            .hint(match is_generated {
                true => "do without, or see to it in backends and clients",
                false => "configure the host as docs/hosts.md says, or do without",
            }),
        );
    }
}

/// What the configuration that gammactl writes for nginx can't say of single rules.
fn left_over(feature: Feature) -> Option<&'static str> {
    match feature {
        Feature::Timeouts => Some("nginx has one limit for all rules, that of --timeout"),
        Feature::Retries => Some(
            "nginx tries another endpoint where one can't be reached, whatever a rule says, and nothing else again",
        ),
        Feature::Mirrors => Some(
            "the copies are made; but while any rule asks for some, nginx reads the whole body of every request before it sends it",
        ),
        Feature::Sessions | Feature::HeaderRemoval | Feature::Rewrites | Feature::ExternalAuth => {
            None
        }
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
