//! From a path as it is written to the file that defines what it names.

use std::collections::BTreeMap;

use syn::Item;

use crate::{
    mentions::{Mentions, Segments},
    tree::Tree,
};

/// The names of every module of a tree.
pub(crate) struct Names<'t> {
    tree: &'t Tree,
    /// In the order of the tree's modules.
    scopes: Vec<Scope>,
    /// Macros are known by name wherever they were declared above: the module of each.
    macros: BTreeMap<String, usize>,
}

struct Scope {
    /// What is defined here; whether it is a trait.
    items: BTreeMap<String, bool>,
    mentions: Mentions,
}

/// What a path names.
#[derive(Clone, Copy)]
pub(crate) enum Named {
    Module(usize),
    Item { module: usize, is_trait: bool },
}

/// A name that is being looked up in a module: it must not be looked up again on the way.
type Pending = Vec<(usize, String)>;

impl<'t> Names<'t> {
    pub(crate) fn of(tree: &'t Tree) -> Self {
        let mut macros = BTreeMap::new();
        let scope = |(index, module): (usize, &crate::tree::Module)| {
            let mut items = BTreeMap::new();
            for item in &module.items {
                if let Some(name) = defined(item) {
                    items.insert(name, matches!(item, Item::Trait(_)));
                }
                if let Item::Macro(item) = item
                    && let Some(name) = &item.ident
                {
                    macros.insert(name.to_string(), index);
                }
            }
            Scope {
                items,
                mentions: Mentions::of(&module.items),
            }
        };
        let scopes = tree.modules.iter().enumerate().map(scope).collect();
        Self {
            tree,
            scopes,
            macros,
        }
    }

    /// What the module says about others.
    pub(crate) fn mentions(&self, module: usize) -> &Mentions {
        &self.scopes[module].mentions
    }

    /// What `path` names in `module`; `None` for what is not of this tree. A path that goes on
    /// after an item (a variant, an associated function) names the item.
    pub(crate) fn resolve(&self, module: usize, path: &[String]) -> Option<Named> {
        let found = self.walk(module, path, &mut Pending::new());
        let by_macro = || match path {
            [name] => self.macros.get(name).map(|&module| Named::Item {
                module,
                is_trait: false,
            }),
            _ => None,
        };
        found.or_else(by_macro)
    }

    fn walk(&self, module: usize, path: &[String], pending: &mut Pending) -> Option<Named> {
        let mut at = module;
        let mut rest = path;
        while let [first, after @ ..] = rest {
            match &**first {
                "crate" => at = 0,
                "self" => {}
                "super" => at = self.tree.modules[at].parent?,
                _ => break,
            }
            rest = after;
        }
        while let [name, after @ ..] = rest {
            match self.look_up(at, name, after.is_empty(), pending)? {
                Named::Module(next) => at = next,
                item @ Named::Item { .. } => return Some(item),
            }
            rest = after;
        }
        Some(Named::Module(at))
    }

    /// A module and a function may have the same name: the last name of a path is rather an item.
    fn look_up(
        &self,
        module: usize,
        name: &str,
        is_last: bool,
        pending: &mut Pending,
    ) -> Option<Named> {
        let key = (module, name.to_owned());
        if pending.contains(&key) {
            return None;
        }
        pending.push(key);
        let scope = &self.scopes[module];
        let child = self.tree.modules[module].children.get(name);
        let child = child.map(|&child| Named::Module(child));
        let item = scope
            .items
            .get(name)
            .map(|&is_trait| Named::Item { module, is_trait });
        let here = if is_last {
            item.or(child)
        } else {
            child.or(item)
        };
        let imports = scope.mentions.imports.iter();
        let found = here.or_else(|| {
            let by_name = |path: &Segments| self.walk(module, path, pending);
            imports
                .clone()
                .filter(|import| import.name == name)
                .map(|import| &import.path)
                .find_map(by_name)
        });
        let found = found.or_else(|| {
            imports
                .filter(|import| import.name == "*")
                .find_map(|import| match self.walk(module, &import.path, pending)? {
                    Named::Module(from) => self.look_up(from, name, is_last, pending),
                    Named::Item { .. } => None,
                })
        });
        pending.pop();
        found
    }
}

/// The name that an item gives to what it defines.
fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::tree;

    /// The file that defines what `path` names in the file `from`.
    fn file(files: &[(&str, &str)], from: &str, path: &str) -> Option<String> {
        let tree = tree(files);
        let is_from = |file: &usize| tree.files[*file].to_str() == Some(from);
        let module = tree.modules.iter().position(|module| is_from(&module.file));
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        match Names::of(&tree).resolve(module.unwrap(), &path)? {
            Named::Item { module, .. } => Some(
                tree.files[tree.modules[module].file]
                    .to_str()
                    .unwrap()
                    .into(),
            ),
            Named::Module(_) => Some("a module".into()),
        }
    }

    const FILES: [(&str, &str); 5] = [
        (
            "lib.rs",
            "mod a; mod b; pub use b::*; use std::fmt; macro_rules! shout { () => {} }",
        ),
        (
            "a.rs",
            "use crate::{b, b::c::{self, Deep as Alias}}; pub use log; pub fn a() {}",
        ),
        (
            "b/mod.rs",
            "mod c; pub use c::Deep; pub(crate) struct Here;",
        ),
        (
            "b/c.rs",
            "use super::*; pub struct Deep; pub enum E { V } pub fn c() {} pub fn b() {}",
        ),
        ("b/none.rs", ""),
    ];

    #[test]
    fn paths_lead_to_the_file_that_defines() {
        for (from, path, expected) in [
            ("a.rs", "crate::b::c::Deep", "b/c.rs"),
            ("a.rs", "crate::b::Deep", "b/c.rs"),
            ("a.rs", "crate::Deep::new", "b/c.rs"),
            ("a.rs", "Alias", "b/c.rs"),
            ("a.rs", "c::E::V", "b/c.rs"),
            ("a.rs", "b::Here", "b/mod.rs"),
            ("a.rs", "super::b::c", "a module"),
            ("a.rs", "shout", "lib.rs"),
            ("b/c.rs", "Here", "b/mod.rs"),
            ("b/c.rs", "super::super::a::a", "a.rs"),
            ("b/mod.rs", "self::c::c", "b/c.rs"),
            ("b/mod.rs", "c::b", "b/c.rs"),
        ] {
            assert_eq!(
                file(&FILES, from, path).as_deref(),
                Some(expected),
                "{path} in {from}"
            );
        }
    }

    #[test]
    fn what_is_of_other_crates() {
        for path in [
            "std::fmt::Debug",
            "fmt::Debug",
            "log::info",
            "nothing",
            "crate::b::nothing",
        ] {
            assert_eq!(file(&FILES, "lib.rs", path), None, "{path}");
        }
    }
}
