//! Warns of session persistence that ends when rules of the route are inserted or removed.

use gamma_manifest::{
    Route, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

/// A session is bound to the name of its rule. One without is called by its place among the others.
pub(super) fn lint(route: &Route, rule: &Rule, diagnostics: &mut Diagnostics) {
    let Some(session) = &rule.session_persistence else {
        return;
    };
    if rule.name.is_some() || route.rules.len() < 2 {
        return;
    }
    diagnostics.push(
        Diagnostic::new(
            &codes::UNNAMED_SESSION,
            session.span,
            "sessions are bound to the place of this rule, as it has no name",
        )
        .why("all of them end when a rule is inserted or removed above it")
        .hint("give the rule a `name`"),
    );
}
