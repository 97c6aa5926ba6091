//! The few HTTP methods that stand for all others when two route tables are compared.

use std::collections::BTreeSet;

use fixedbitset::FixedBitSet;

use super::request_part::{PartPredicate, PartValue};

/// Methods in the order in which people think of them.
const METHODS: [&str; 10] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "CONNECT",
];

/// What makes a difference between methods besides the matches.
#[derive(Debug)]
pub(super) struct MethodHints {
    /// gRPC is always POST.
    pub(super) is_grpc: bool,
    /// Methods that CORS names: a preflight may ask for them.
    pub(super) announced: BTreeSet<String>,
}

/// Each method that is named, and one that is not; with the predicates that hold for it.
pub(super) fn methods(
    predicates: &[PartPredicate],
    hints: &MethodHints,
) -> Vec<(PartValue, FixedBitSet)> {
    let is_named = |method: &'static str| predicates.contains(&PartPredicate::Method(method));
    let mut order = METHODS;
    if hints.is_grpc {
        order.swap(0, 1);
    }
    let is_announced = |method: &str| hints.announced.contains(method);
    let other = order
        .into_iter()
        .find(|method| !is_named(method) && !is_announced(method));
    let mut values: Vec<(PartValue, FixedBitSet)> = order
        .into_iter()
        .filter(|method| is_named(method) || is_announced(method) || Some(*method) == other)
        .map(|method| {
            let mut holds = FixedBitSet::with_capacity(predicates.len());
            let named = PartPredicate::Method(method);
            holds.extend(predicates.iter().position(|predicate| *predicate == named));
            (PartValue::Text(method.into()), holds)
        })
        .collect();
    let extensions = hints.announced.iter();
    let extensions = extensions.filter(|method| *method != "*" && !METHODS.contains(&&***method));
    let none = FixedBitSet::with_capacity(predicates.len());
    values.extend(extensions.map(|method| (PartValue::Text(method.clone()), none.clone())));
    values
}
