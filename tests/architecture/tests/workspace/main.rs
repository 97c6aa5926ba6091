//! The rules of the house, held against the sources of this workspace.

mod arrows;
mod circles;
mod names;
mod wire;

use gamma_architecture::{
    tree::Tree,
    workspace::{self, Package},
};

fn packages() -> Vec<Package> {
    workspace::read().expect("the workspace can be read")
}

/// The libraries and programs of the crates that are for tests only, or of all others.
fn trees(packages: &[Package], are_for_tests: bool) -> impl Iterator<Item = &Tree> {
    packages
        .iter()
        .filter(move |package| package.folder.starts_with("tests") == are_for_tests)
        .flat_map(|package| &package.trees)
}
