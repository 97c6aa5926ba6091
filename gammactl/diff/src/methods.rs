//! The few HTTP methods that stand for all others when two route tables are compared.

use std::collections::BTreeSet;

use fixedbitset::FixedBitSet;

use super::{
    language::{PredicateLanguage, TextKind},
    request_part::{PartPredicate, PartValue},
    text_predicate::holds,
};

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

/// Each method that is named, and one that is not; with the predicates that hold for it. Predicates on texts add methods that
/// they tell apart. Sets `cut` if there may be more.
pub(super) fn methods(
    predicates: &[PartPredicate],
    hints: &MethodHints,
    cut: &mut bool,
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
    let value = |method: &str| {
        let mut held = FixedBitSet::with_capacity(predicates.len());
        held.extend(predicates.iter().enumerate().filter_map(|(at, predicate)| {
            let is_held = match predicate {
                PartPredicate::Method(named) => *named == method,
                predicate => predicate.text().is_some_and(|text| holds(text, method)),
            };
            is_held.then_some(at)
        }));
        (PartValue::Text(method.into()), held)
    };
    let mut values: Vec<(PartValue, FixedBitSet)> = order
        .into_iter()
        .filter(|method| is_named(method) || is_announced(method) || Some(*method) == other)
        .map(value)
        .collect();
    let texts: Vec<_> = predicates.iter().filter_map(PartPredicate::text).collect();
    if !texts.is_empty() {
        let texts: Vec<_> = texts.into_iter().cloned().collect();
        let mut language = PredicateLanguage::new(TextKind::Method, &texts);
        let words = language.words().into_iter().map(|word| word.text);
        // What people know comes before what they do not.
        let known = METHODS.into_iter().map(str::to_owned);
        for found in known.chain(words).map(|method| value(&method)) {
            if !values.iter().any(|(_, held)| *held == found.1) {
                values.push(found);
            }
        }
        *cut |= language.is_cut();
    }
    let extensions = hints.announced.iter();
    let extensions = extensions.filter(|method| *method != "*" && !METHODS.contains(&&***method));
    values.extend(extensions.map(|method| value(method)));
    values
}
