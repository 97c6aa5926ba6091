//! Names of types.

use std::fmt::Write;

use gamma_architecture::names;

use crate::{packages, trees};

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
    check(false, ALLOWED);
}

/// The crates for tests are a house of their own: a test speaks of the same things as what it tests.
#[test]
fn no_two_types_of_the_tests_have_the_same_name() {
    check(true, ALLOWED_IN_TESTS);
}

fn check(are_for_tests: bool, allowed: Reasons) {
    let packages = packages();
    let mut shared = names::shared(trees(&packages, are_for_tests));
    for (name, reason) in allowed {
        assert!(!reason.is_empty(), "{name} needs a reason");
        assert!(shared.remove(*name).is_some(), "{name} is allowed in vain");
    }
    let mut said = String::new();
    for (name, files) in shared {
        let files: Vec<_> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        let _ = writeln!(said, "{name}: {}", files.join(", "));
    }
    assert!(said.is_empty(), "\n{said}");
}
