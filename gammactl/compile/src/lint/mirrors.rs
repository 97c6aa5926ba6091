//! Warns of RequestMirror filters that serve requests twice, or not at all.

use gamma_manifest::{
    FilterKind, Route, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::weights::target;

pub(super) fn lint(route: &Route, rule: &Rule, diagnostics: &mut Diagnostics) {
    for filter in &rule.filters {
        let FilterKind::RequestMirror(mirror) = &filter.kind else {
            continue;
        };
        let name = &mirror.backend.name.value;
        let served = rule
            .backend_refs
            .iter()
            .find(|b| b.weight > 0 && target(route, b) == target(route, &mirror.backend));
        if mirror.fraction.numerator == 0 {
            diagnostics.push(
                Diagnostic::new(
                    &codes::MIRROR_OF_NOTHING,
                    filter.span,
                    format!("the mirror to `{name}` copies no request"),
                )
                .why("0 is none; a mirror without `percent` and `fraction` copies all")
                .hint("raise it, or remove the filter"),
            );
        } else if let Some(served) = served {
            diagnostics.push(
                Diagnostic::new(
                    &codes::MIRROR_TO_ITSELF,
                    mirror.backend.name.span,
                    format!("requests for `{name}` are mirrored to `{name}`"),
                )
                .why("it gets them twice: whatever they write is written twice")
                .hint("mirror to another Service")
                .also(served.name.span, "the backend that serves them"),
            );
        }
    }
}
