//! No file leads to itself.

use std::fmt::Write;

use gamma_architecture::circles::Leads;

use crate::{known::CIRCLES, packages};

/// Circles may lose files, and none may come.
#[test]
fn no_import_circle_among_the_files_of_a_crate() {
    let mut said = String::new();
    let mut still = Vec::new();
    let packages = packages();
    for tree in packages.iter().flat_map(|package| &package.trees) {
        for circle in Leads::of(tree).circles() {
            let files = circle.files.iter().filter_map(|file| file.to_str());
            let files: Vec<_> = files.collect();
            let is_within = |known: &&[&str]| files.iter().all(|file| known.contains(file));
            if !CIRCLES.iter().any(is_within) {
                let _ = writeln!(said, "a circle of {} files:\n{}", files.len(), circle.leads);
            }
            still.extend(files);
        }
    }
    for known in CIRCLES.iter().copied().flatten() {
        if !still.contains(known) {
            let _ = writeln!(
                said,
                "in no circle any more, so take it from the list: {known}"
            );
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
        ("router/src/port.rs", "router/src/table.rs"),
        ("router/src/rule.rs", "router/src/split.rs"),
        ("filter/src/context.rs", "filter/src/abi.rs"),
    ] {
        assert!(
            leads.iter().any(|leads| leads.has(from, to)),
            "{from} -> {to}"
        );
    }
}
