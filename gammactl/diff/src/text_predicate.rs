//! What can be asked of a text.

use gamma_config::PathPrefix;
use gamma_pattern::Dfa;

/// What a predicate asks of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextPredicate {
    /// It is this one.
    Exact(String),
    /// It is this path or one below it. Without `/` at its end.
    Prefix(String),
    /// It begins with this one, wherever that ends.
    Begins(String),
    /// A regular expression matches all of it.
    Pattern(String),
}

/// Whether `predicate` holds for `text`. A pattern that can't be used holds for none.
pub(super) fn holds(predicate: &TextPredicate, text: &str) -> bool {
    match predicate {
        TextPredicate::Exact(exact) => exact == text,
        TextPredicate::Prefix(prefix) => PathPrefix::new(prefix).covers(text),
        TextPredicate::Begins(beginning) => text.starts_with(&**beginning),
        TextPredicate::Pattern(pattern) => {
            Dfa::of(pattern).is_ok_and(|dfa| dfa.matches(text.as_bytes()))
        }
    }
}
