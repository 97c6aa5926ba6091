//! Compiles a backendRef of a rule. One that can't be used keeps its weight, and its share of the
//! requests is answered 500.

use gamma_config as config;
use gamma_manifest::{BackendRef, Route, Rule, diagnostic::Diagnostics};

use super::{filters, resolve::BackendResolver, share::Share};

pub(super) fn compile(
    backend: &BackendRef,
    rule: &Rule,
    route: &Route,
    backends: &BackendResolver<'_>,
    diagnostics: &mut Diagnostics,
) -> config::BackendRef {
    let mut compiled = config::BackendRef {
        cluster: None,
        invalid: None,
        weight: backend.weight,
        filters: Vec::new(),
    };
    let mut filters = filters::compile(&backend.filters, route, backends, diagnostics);
    filters.only_of_rules(&backend.filters, diagnostics);
    filters.only_of_prefixes(&backend.filters, rule, diagnostics);
    match (backends.cluster(route, backend), filters.invalid) {
        (Ok(_), Some(invalid)) => compiled.invalid = Some(invalid),
        (Ok(cluster), None) => {
            compiled.cluster = Some(cluster);
            compiled.filters = filters.filters;
            let why = "its share of the requests is answered 503 until it has";
            backends.endpoints(route, backend, why, diagnostics);
        }
        (Err(fault), _) => {
            compiled.invalid = Some(fault.message().into());
            if !backends.is_consequence(fault.code(), route, backend) {
                diagnostics.push(fault.diagnostic(share(rule, backend)));
            }
        }
    }
    compiled
}

/// What an invalid backend means for the rule's requests.
fn share(rule: &Rule, backend: &BackendRef) -> String {
    let total: u64 = rule.backend_refs.iter().map(|b| u64::from(b.weight)).sum();
    if backend.weight == 0 {
        return "its weight is 0, so no request notices yet".into();
    }
    let share = Share::new(backend.weight.into(), total).in_percent(2);
    format!("{share} of the rule's requests are answered 500")
}
