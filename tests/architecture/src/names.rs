//! One word has one meaning: no two types of the workspace have the same name.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use syn::{
    ImplItem, Item,
    visit::{self, Visit},
};

use crate::{
    test_only::{attributes, is_test_only},
    tree::Tree,
};

/// The structs, enums, unions, traits and type aliases that have a name in common, and the files
/// that define them.
#[must_use]
pub fn shared<'t>(trees: impl IntoIterator<Item = &'t Tree>) -> BTreeMap<String, Vec<&'t Path>> {
    let mut types = BTreeMap::new();
    for tree in trees {
        for module in &tree.modules {
            let mut reader = TypeReader {
                file: &tree.files[module.file],
                types: &mut types,
            };
            for item in &module.items {
                reader.visit_item(item);
            }
        }
    }
    types.retain(|_, files| files.len() > 1);
    types
}

struct TypeReader<'f, 't> {
    file: &'t PathBuf,
    types: &'f mut BTreeMap<String, Vec<&'t Path>>,
}

impl Visit<'_> for TypeReader<'_, '_> {
    fn visit_item(&mut self, item: &Item) {
        if is_test_only(attributes(item)) {
            return;
        }
        let name = match item {
            Item::Enum(item) => Some(&item.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            Item::Union(item) => Some(&item.ident),
            _ => None,
        };
        if let Some(name) = name {
            let files = self.types.entry(name.to_string()).or_default();
            files.push(self.file);
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &ImplItem) {
        let is_for_tests = matches!(item, ImplItem::Fn(item) if is_test_only(&item.attrs));
        if !is_for_tests {
            visit::visit_impl_item(self, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::tree;

    #[test]
    fn the_same_name_in_two_places() {
        let trees = [
            tree(&[
                (
                    "lib.rs",
                    "mod a; struct A; enum B { A } fn f() { struct D; }",
                ),
                ("a.rs", "trait B {} fn a() {} mod c { type C = u8; }"),
            ]),
            tree(&[(
                "lib.rs",
                "union C { a: u8 } #[cfg(test)] mod t { struct A; } impl T for U { type A = u8; } struct D;",
            )]),
        ];
        let shared = shared(&trees);
        let names: Vec<_> = shared
            .iter()
            .map(|(name, files)| (&**name, files.len()))
            .collect();
        assert_eq!(names, [("B", 2), ("C", 2), ("D", 2)]);
    }
}
