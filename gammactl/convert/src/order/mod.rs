//! Ordered lists as matches that the Gateway API ranks.
//!
//! In the APIs of older meshes the first entry of a list that holds decides. The Gateway API ranks matches: an exact path
//! comes before a prefix, a longer prefix before a shorter one, then methods, headers and query parameters count. [`encode`]
//! writes a list in such a way that every request is decided as by the list:
//!
//! 1. `holes`: an entry with exceptions becomes one without, behind entries that send the exceptions where the rest of the list
//!    sends them.
//! 2. `closure`: where a later entry would overtake an earlier one, what the two have in common is written once more for the
//!    earlier one, so that it ranks as high. A path can be raised above regular expressions by writing it as a longer one.
//!
//! What can't be said exactly is never widened: it is written as narrow as need be, and [`Encoded::problems`] has it.

mod closure;
mod condition;
mod encoding;
mod holes;
mod path;
mod quote;
mod rank;
mod relation;
mod text_prefix;
mod value;

pub(crate) use condition::Meet;
pub use condition::RequestCondition;
pub use encoding::{Encoded, Encoding, ListEntry, MOST_MATCHES, OrderProblem};
pub use path::PathSet;
pub(crate) use quote::{quoted, quoted_in_any_case};
pub(crate) use rank::ties;
pub use text_prefix::with_text_prefix;
pub(crate) use text_prefix::{can_be_exact, can_be_prefix};
pub use value::ValueSet;

/// Writes `list` as matches that the Gateway API ranks as the list is ordered.
#[must_use]
pub fn encode(list: &[ListEntry]) -> Encoded {
    let mut encoded = Encoded::default();
    let origins: std::collections::BTreeSet<usize> = list.iter().map(|e| e.origin).collect();
    let plain = holes::without_exceptions(list, &mut encoded.problems);
    let plain = plain.and_then(|plain| closure::keep_order(plain, &mut encoded.problems));
    match plain {
        Some(matches) => {
            // What an earlier entry leaves out is decided by this one, where it goes anywhere.
            let is_dead = |origin: &usize| {
                let own = |m: &Encoding| {
                    m.origin == *origin && (m.around.is_none() || m.effect.is_some())
                };
                !matches.iter().any(own)
            };
            encoded.dead = origins.into_iter().filter(is_dead).collect();
            encoded.matches = matches;
        }
        None => encoded.problems.push(OrderProblem::TooLong),
    }
    encoded.problems.sort();
    encoded.problems.dedup();
    encoded
}

#[cfg(test)]
mod tests;
