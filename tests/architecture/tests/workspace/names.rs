//! Names of types.

use std::fmt::Write;

use gamma_architecture::{baseline::differences, names};

use crate::{known, packages, trees};

/// Names that may mean more than one thing, each with the reason.
const ALLOWED: Reasons = &[];

/// The same in crates that are for tests.
const ALLOWED_IN_TESTS: Reasons = &[
    (
        "Outcome",
        "the reference shares no type with what is compared with it",
    ),
    (
        "Request",
        "the same, beside the request that the clients of the test bed send",
    ),
];

type Reasons = &'static [(&'static str, &'static str)];

#[test]
fn no_two_types_have_the_same_name() {
    check(false, ALLOWED, known::NAMES);
}

/// The crates for tests are a house of their own: a test speaks of the same things as what it tests.
#[test]
fn no_two_types_of_the_tests_have_the_same_name() {
    check(true, ALLOWED_IN_TESTS, known::NAMES_OF_TESTS);
}

fn check(are_for_tests: bool, allowed: Reasons, known: &[&str]) {
    let packages = packages();
    let mut shared = names::shared(trees(&packages, are_for_tests));
    for (name, reason) in allowed {
        assert!(!reason.is_empty(), "{name} needs a reason");
        assert!(shared.remove(*name).is_some(), "{name} is allowed in vain");
    }
    let found = shared.keys().map(|name| &**name);
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
