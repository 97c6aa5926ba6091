//! Regular expressions.

use std::{cell::RefCell, collections::HashMap};

use regex_lite::Regex;

thread_local! {
    /// Building one takes longer than everything else here together.
    static BUILT: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
}

/// "they match the whole value" (semantics.md). What is no pattern matches nothing:
/// "Implementations are responsible for ensuring regexes fail gracefully" (GEP-4359).
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    BUILT.with_borrow_mut(|built| {
        if !built.contains_key(pattern) {
            let regex = Regex::new(pattern)
                .and_then(|_| Regex::new(&format!(r"\A(?:{pattern})\z")))
                .ok();
            built.insert(pattern.to_owned(), regex);
        }
        built[pattern].as_ref().is_some_and(|r| r.is_match(text))
    })
}
