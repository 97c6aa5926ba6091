//! The few texts of a path or of a value that stand for all others when two route tables are
//! compared.

use fixedbitset::FixedBitSet;

use super::{
    language::{PredicateLanguage, TextKind, Word},
    request_part::{PartPredicate, PartValue},
    text_predicate::TextPredicate,
};

/// One text for every set of `predicates` that can hold together, the most natural first. Sets `cut`
/// if there may be more.
pub(super) fn texts(
    kind: TextKind,
    predicates: &[PartPredicate],
    cut: &mut bool,
) -> Vec<(PartValue, FixedBitSet)> {
    let predicates: Vec<TextPredicate> = predicates
        .iter()
        .filter_map(PartPredicate::text)
        .cloned()
        .collect();
    let mut language = PredicateLanguage::new(kind, &predicates);
    let mut words = language.words();
    *cut |= language.is_cut();
    // A text that somebody wrote comes before another of the same length.
    words.sort_by_key(|word| {
        let written = predicates.iter().any(|predicate| match predicate {
            TextPredicate::Exact(text) | TextPredicate::Begins(text) => *text == word.text,
            TextPredicate::Prefix(text) => *text == word.text || word.text == "/",
            TextPredicate::Pattern(_) => false,
        });
        (
            word.text.is_empty(),
            !written && kind == TextKind::Value,
            word.text.len(),
        )
    });
    let value = |word: Word| (PartValue::Text(word.text), word.holds);
    words.into_iter().map(value).collect()
}

/// The same for paths. With `is_grpc` those that a gRPC request can have, `/service/method`, are first.
pub(super) fn paths(
    predicates: &[PartPredicate],
    is_grpc: bool,
    cut: &mut bool,
) -> Vec<(PartValue, FixedBitSet)> {
    let mut paths = texts(TextKind::Path, predicates, cut);
    if is_grpc {
        paths.sort_by_key(|(path, _)| !is_grpc_method(path));
    }
    paths
}

fn is_grpc_method(path: &PartValue) -> bool {
    let PartValue::Text(path) = path else {
        return false;
    };
    let mut elements = path.split('/').skip(1);
    elements.clone().count() == 2 && elements.all(|element| !element.is_empty())
}
