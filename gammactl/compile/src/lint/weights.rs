//! Warns of weights that give backends shares of the requests which are probably not meant.

use std::collections::HashMap;

use gamma_manifest::{
    BackendRef, Route, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use crate::Share;

/// From this weight on, a backend beside it without one gets next to nothing by accident.
const LARGE: u32 = 10;
/// A backend with a smaller share, 1 in so many, will hardly be noticed.
const STARVED: u64 = 1000;

pub(super) fn lint(route: &Route, rule: &Rule, diagnostics: &mut Diagnostics) {
    let backends = &rule.backend_refs;
    if backends.len() < 2 {
        return;
    }
    same_twice(route, backends, diagnostics);
    let total: u64 = backends.iter().map(|b| u64::from(b.weight)).sum();
    let largest = backends.iter().map(|b| b.weight).max().unwrap_or_default();
    for backend in backends {
        if backend.weight_span.is_none() && largest >= LARGE {
            diagnostics.push(left_out(backend, total));
        } else if backend.weight > 0 && u64::from(backend.weight) * STARVED < total {
            diagnostics.push(starved(backend, total));
        }
    }
    percentages(backends, total, diagnostics);
}

fn left_out(backend: &BackendRef, total: u64) -> Diagnostic {
    let name = &backend.name.value;
    Diagnostic::new(
        &codes::WEIGHT_LEFT_OUT,
        backend.span,
        format!("backendRef to `{name}` has no weight beside others that are large"),
    )
    .why(format!(
        "a weight that is left out is 1: it gets 1 of {total} requests"
    ))
    .hint("give it a weight: 1 if that is meant, 0 for nothing at all")
}

fn starved(backend: &BackendRef, total: u64) -> Diagnostic {
    Diagnostic::new(
        &codes::STARVED_BACKEND,
        backend.weight_span.unwrap_or(backend.span),
        format!(
            "backendRef to `{}` gets {} of {total} requests",
            backend.name.value, backend.weight
        ),
    )
    .why("so small a share is hardly seen in metrics, and takes long to warm up")
    .hint("raise its weight, or set it to 0")
}

/// "Weight is not a percentage and the sum of weights does not need to equal 100."
fn percentages(backends: &[BackendRef], total: u64, diagnostics: &mut Diagnostics) {
    let written = backends
        .iter()
        .all(|b| b.weight_span.is_some() && b.weight <= 100);
    let largest = backends.iter().map(|b| b.weight).max().unwrap_or_default();
    if !written || largest < 50 || total == 100 || !(90..=110).contains(&total) {
        return;
    }
    let Some(span) = backends.last().and_then(|b| b.weight_span) else {
        return;
    };
    let share = Share::new(largest.into(), total).in_percent(1);
    diagnostics.push(
        Diagnostic::new(
            &codes::NOT_PERCENTAGES,
            span,
            format!("the weights look like percentages, and sum to {total}"),
        )
        .why(format!(
            "each is a share of the sum: {largest} of {total} is {share} of the requests"
        ))
        .hint("make them sum to 100, if percentages are meant"),
    );
}

fn same_twice(route: &Route, backends: &[BackendRef], diagnostics: &mut Diagnostics) {
    let mut seen = HashMap::new();
    // With filters of its own a backend may come twice for good reason.
    for backend in backends.iter().filter(|b| b.filters.is_empty()) {
        let name = &backend.name.value;
        if let Some(first) = seen.insert(target(route, backend), backend.name.span) {
            diagnostics.push(
                Diagnostic::new(
                    &codes::SAME_BACKEND_TWICE,
                    backend.name.span,
                    format!("the rule splits between `{name}` and itself"),
                )
                .why("the two shares go to the same Service and port")
                .hint("name the other Service that was meant, or keep one of the two")
                .also(first, "the same backend"),
            );
        }
    }
}

/// Group, kind, namespace, name and port.
pub(super) fn target<'r>(
    route: &'r Route,
    backend: &'r BackendRef,
) -> (&'r str, &'r str, &'r str, &'r str, Option<u16>) {
    let namespace = backend.namespace.as_ref();
    (
        &backend.group,
        &backend.kind.value,
        namespace.map_or(&*route.metadata.namespace, |n| &*n.value),
        &backend.name.value,
        backend.port.as_ref().map(|port| port.value),
    )
}
