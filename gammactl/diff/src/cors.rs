//! The CORS filters of rules: which origins and methods they name.

use std::collections::BTreeSet;

use gamma_config::{Cors, Filter, Rule};
use gamma_router::Request;

/// Origins that are tried.
const ORIGINS: usize = 12;

/// Whether any of the rule's filters is CORS.
pub(super) fn has_cors(rule: &Rule) -> bool {
    cors(rule).next().is_some()
}

fn cors(rule: &Rule) -> impl Iterator<Item = &Cors> {
    let of_backends = rule
        .backend_refs
        .iter()
        .flat_map(|backend| &backend.filters);
    rule.filters
        .iter()
        .chain(of_backends)
        .filter_map(|filter| match filter {
            Filter::Cors(cors) => Some(cors),
            _ => None,
        })
}

/// Methods that the CORS filters of the rules name.
pub(super) fn announced<'r>(rules: impl Iterator<Item = &'r Rule>) -> BTreeSet<String> {
    let methods = rules.flat_map(cors).flat_map(|cors| &cors.allow_methods);
    methods.cloned().collect()
}

/// One origin for each that the rules name, and one that nobody names.
pub(super) fn origins<'r>(rules: impl Iterator<Item = &'r Rule>) -> BTreeSet<String> {
    let mut origins: BTreeSet<String> = rules
        .flat_map(cors)
        .flat_map(|cors| &cors.allow_origins)
        .filter(|origin| *origin != "*")
        .map(|origin| origin.replace('*', "x"))
        .take(ORIGINS)
        .collect();
    if !origins.is_empty() {
        origins.insert("https://x.invalid:8443".into());
    }
    origins.insert("https://x.invalid".into());
    origins
}

/// The method that a preflight asks about; `None` if `request` is none.
pub(super) fn announced_method<'r>(
    request: &'r Request<'_, [(&str, &'r [u8])]>,
) -> Option<&'r [u8]> {
    let header = |name: &str| {
        let mut headers = request.headers.iter();
        headers
            .find(|(other, _)| *other == name)
            .map(|(_, value)| *value)
    };
    let is_asked = request.method == b"OPTIONS" && header("origin").is_some();
    header("access-control-request-method").filter(|_| is_asked)
}
