//! Faults that are known and may only become fewer.

use std::{collections::BTreeSet, fmt::Write};

/// What is wrong with the faults that were found, if anything: one is new, or one that is known is
/// no longer there and has to leave the list. Both lists may name a fault several times.
#[must_use]
pub fn differences<'a>(
    found: impl IntoIterator<Item = &'a str>,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let found: BTreeSet<_> = found.into_iter().collect();
    let known: BTreeSet<_> = known.into_iter().collect();
    let mut said = String::new();
    for fault in found.difference(&known) {
        let _ = writeln!(said, "new: {fault}");
    }
    for fault in known.difference(&found) {
        let _ = writeln!(
            said,
            "mended, so take it from the list of known ones: {fault}"
        );
    }
    (!said.is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_faults_and_mended_ones() {
        assert_eq!(differences(["a", "b"], ["b", "a"]), None);
        assert_eq!(differences(["a", "b"], ["a"]).unwrap(), "new: b\n");
        let said = differences(["a"], ["a", "b"]).unwrap();
        assert!(
            said.starts_with("mended") && said.contains(": b\n"),
            "{said}"
        );
    }
}
