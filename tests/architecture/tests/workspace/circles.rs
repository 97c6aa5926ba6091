//! No file leads to itself.

use std::fmt::Write;

use gamma_architecture::circles::Leads;

use crate::packages;

#[test]
fn no_import_circle_among_the_files_of_a_crate() {
    let mut said = String::new();
    let packages = packages();
    for tree in packages.iter().flat_map(|package| &package.trees) {
        for circle in Leads::of(tree).circles() {
            let count = circle.files.len();
            let _ = writeln!(said, "a circle of {count} files:\n{}", circle.leads);
        }
    }
    assert!(said.is_empty(), "\n{said}");
}

/// The check sees what there is to see: were paths no longer understood, there would be no circle.
#[test]
fn files_lead_to_each_other() {
    let count = |of: &Leads<'_>| of.len();
    let packages = packages();
    let trees = packages.iter().flat_map(|package| &package.trees);
    let leads: Vec<_> = trees.map(Leads::of).collect();
    let all: usize = leads.iter().map(count).sum();
    assert!(all > 800, "{all} leads from file to file");
    for (from, to) in [
        ("router/src/compiled_table.rs", "router/src/table.rs"),
        ("router/src/rule.rs", "router/src/split.rs"),
        ("filter/src/context.rs", "filter/src/abi.rs"),
    ] {
        assert!(
            leads.iter().any(|leads| leads.has(from, to)),
            "{from} -> {to}"
        );
    }
}
