//! The names of the headers that Gamma and the proxy exchange stand in one file: whoever needs one
//! takes it from there.

use crate::{strings::strings, tree::Tree};

/// The file.
pub const CONTRACT: &str = "config-schema/src/wire.rs";

/// Gamma's own headers, and those that tell Envoy how to send a request or what became of it.
const PREFIXES: [&str; 2] = ["x-gamma-", "x-envoy-"];

/// Every literal outside of the contract that is such a name or begins one: `file: "literal"`.
#[must_use]
pub fn literals(tree: &Tree) -> Vec<String> {
    strings(tree)
        .into_iter()
        .filter(|text| {
            let value = text.value.to_ascii_lowercase();
            PREFIXES.iter().any(|prefix| value.starts_with(prefix))
        })
        .filter(|text| !tree.files[text.file].ends_with(CONTRACT))
        .map(|text| format!("{}: \"{}\"", tree.files[text.file].display(), text.value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::tree;

    #[test]
    fn names_of_the_contract_outside_of_it() {
        let tree = tree(&[(
            "lib.rs",
            "const A: &str = \"x-gamma-a\"; fn f() { g(b\"X-Envoy-B\", \"not x-gamma-c\"); format!(\"x-gamma-{i}\"); }",
        )]);
        assert_eq!(
            literals(&tree),
            [
                "lib.rs: \"x-gamma-a\"",
                "lib.rs: \"X-Envoy-B\"",
                "lib.rs: \"x-gamma-{i}\""
            ]
        );
    }

    #[test]
    fn the_contract_may_name_them() {
        let files = [
            (
                "lib.rs",
                "#[path = \"config-schema/src/wire.rs\"] mod wire;",
            ),
            (CONTRACT, "const A: &str = \"x-gamma-a\";"),
        ];
        assert!(literals(&tree(&files)).is_empty());
    }
}
