//! Names of types.

use std::fmt::Write;

use gamma_architecture::{baseline::differences, names};

use crate::{known, packages, trees};

/// Names that may mean more than one thing, each with the reason.
const ALLOWED: &[(&str, &str)] = &[];

#[test]
fn no_two_types_have_the_same_name() {
    check(false, known::NAMES);
}

/// The crates for tests are a house of their own: a test speaks of the same things as what it tests.
#[test]
fn no_two_types_of_the_tests_have_the_same_name() {
    check(true, known::NAMES_OF_TESTS);
}

fn check(are_for_tests: bool, known: &[&str]) {
    let packages = packages();
    let shared = names::shared(trees(&packages, are_for_tests));
    let is_allowed = |name: &&str| ALLOWED.iter().any(|(allowed, _)| allowed == name);
    let found = shared
        .keys()
        .map(|name| &**name)
        .filter(|name| !is_allowed(name));
    let Some(mut said) = differences(found, known.iter().copied()) else {
        return;
    };
    for (name, files) in shared.iter().filter(|(name, _)| !known.contains(&&***name)) {
        let files: Vec<_> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        let _ = writeln!(said, "{name}: {}", files.join(", "));
    }
    panic!("\n{said}");
}

#[test]
fn what_is_allowed_has_a_reason_and_occurs() {
    let packages = packages();
    let found = [false, true].map(|are_for_tests| names::shared(trees(&packages, are_for_tests)));
    for (name, reason) in ALLOWED {
        assert!(!reason.is_empty(), "{name}");
        assert!(
            found.iter().any(|found| found.contains_key(*name)),
            "{name}"
        );
    }
}
