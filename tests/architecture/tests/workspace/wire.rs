//! Where the names of the proxy's headers stand.

use gamma_architecture::wire;

use crate::{packages, trees};

/// Files beside the contract that may name headers of the proxy, each with the reason.
const ALLOWED: &[(&str, &str)] = &[(
    "gammactl/compile/src/envoy_headers.rs",
    "the table of what Envoy does to headers has rows for headers that Gamma neither writes nor reads",
)];

/// Crates for tests are left out: a test that took a name from what it tests would not see it change.
#[test]
fn no_header_of_the_contract_is_named_outside_of_it() {
    let mut found: Vec<_> = trees(&packages(), false).flat_map(wire::literals).collect();
    for (file, reason) in ALLOWED {
        assert!(!reason.is_empty(), "{file} needs a reason");
        let before = found.len();
        found.retain(|literal| !literal.starts_with(&format!("{file}: ")));
        assert!(found.len() < before, "{file} is allowed in vain");
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The check sees literals: the tests name those headers in many places.
#[test]
fn literals_are_found() {
    let found: Vec<_> = trees(&packages(), true).flat_map(wire::literals).collect();
    assert!(found.len() > 5, "{found:?}");
}
