//! The modules of a library or program, and the file that each stands in.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use syn::{Expr, Item, ItemMod, Lit, Meta};

use crate::test_only::{attributes, is_test_only};

/// What a library or program consists of, without its tests.
pub struct Tree {
    /// The file that it begins with comes first.
    pub files: Vec<PathBuf>,
    pub(crate) modules: Vec<Module>,
}

/// A module, be it a file or a block.
pub(crate) struct Module {
    /// Where it stands: an index into [`Tree::files`].
    pub(crate) file: usize,
    /// Index of the module that declares it.
    pub(crate) parent: Option<usize>,
    /// Indices of the modules that it declares, by name.
    pub(crate) children: BTreeMap<String, usize>,
    /// All that it contains but modules and tests.
    pub(crate) items: Vec<Item>,
}

/// The text of a file, if there is one.
type ReadFile<'a> = &'a dyn Fn(&Path) -> Option<String>;

impl Tree {
    /// Everything that is reached from the file `start`.
    ///
    /// # Errors
    ///
    /// A file is missing, or is no Rust.
    pub fn read(start: &Path, load: ReadFile<'_>) -> Result<Self> {
        let mut tree = Self {
            files: Vec::new(),
            modules: Vec::new(),
        };
        let text = load(start).with_context(|| format!("no file {}", start.display()))?;
        tree.add_file(
            start,
            &text,
            start.parent().unwrap_or(Path::new("")),
            None,
            load,
        )?;
        Ok(tree)
    }

    /// Adds the file and what it declares, whose files are below `folder`.
    fn add_file(
        &mut self,
        path: &Path,
        text: &str,
        folder: &Path,
        parent: Option<usize>,
        load: ReadFile<'_>,
    ) -> Result<usize> {
        let content = syn::parse_file(text).with_context(|| path.display().to_string())?;
        self.files.push(path.into());
        self.add_module(content.items, self.files.len() - 1, folder, parent, load)
    }

    fn add_module(
        &mut self,
        items: Vec<Item>,
        file: usize,
        folder: &Path,
        parent: Option<usize>,
        load: ReadFile<'_>,
    ) -> Result<usize> {
        let index = self.modules.len();
        self.modules.push(Module {
            file,
            parent,
            children: BTreeMap::new(),
            items: Vec::new(),
        });
        for item in items {
            if is_test_only(attributes(&item)) {
                continue;
            }
            if let Item::Mod(declared) = item {
                let name = declared.ident.to_string();
                if name != "tests" {
                    let child = self.add_child(declared, file, folder, index, load)?;
                    self.modules[index].children.insert(name, child);
                }
            } else {
                self.modules[index].items.push(item);
            }
        }
        Ok(index)
    }

    fn add_child(
        &mut self,
        declared: ItemMod,
        file: usize,
        folder: &Path,
        parent: usize,
        load: ReadFile<'_>,
    ) -> Result<usize> {
        let name = declared.ident.to_string();
        let below = folder.join(&name);
        if let Some((_, items)) = declared.content {
            return self.add_module(items, file, &below, Some(parent), load);
        }
        let (path, below) = if let Some(named) = path_attribute(&declared) {
            let path = self.files[file].with_file_name(named);
            let below = path.parent().unwrap_or(Path::new("")).to_path_buf();
            (path, below)
        } else {
            let flat = folder.join(format!("{name}.rs"));
            if load(&flat).is_some() {
                (flat, below)
            } else {
                (below.join("mod.rs"), below)
            }
        };
        let Some(text) = load(&path) else {
            bail!(
                "{} declares {name}, which has no file",
                self.files[file].display()
            );
        };
        self.add_file(&path, &text, &below, Some(parent), load)
    }

    /// Whether `module` is `ancestor`, or is declared below it.
    pub(crate) fn is_within(&self, module: usize, ancestor: usize) -> bool {
        let mut at = Some(module);
        while let Some(index) = at {
            if index == ancestor {
                return true;
            }
            at = self.modules[index].parent;
        }
        false
    }
}

/// The value of `#[path = "…"]`.
fn path_attribute(declared: &ItemMod) -> Option<String> {
    declared
        .attrs
        .iter()
        .find_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                Expr::Lit(value) => match &value.lit {
                    Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A tree of files that are given as names and texts; it begins with `lib.rs`.
    pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
        let load = |path: &Path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path);
            found.map(|(_, text)| (*text).to_owned())
        };
        Tree::read(Path::new("lib.rs"), &load).unwrap()
    }

    #[test]
    fn every_place_that_a_module_can_stand_in() {
        let tree = tree(&[
            (
                "lib.rs",
                "mod a; mod b; mod c { mod d; } #[path = \"other.rs\"] mod e;",
            ),
            ("a.rs", "mod f;"),
            ("a/f.rs", "fn f() {}"),
            ("b/mod.rs", "mod g;"),
            ("b/g.rs", ""),
            ("c/d.rs", ""),
            ("other.rs", ""),
        ]);
        let files: Vec<_> = tree
            .files
            .iter()
            .map(|file| file.to_str().unwrap())
            .collect();
        assert_eq!(
            files,
            [
                "lib.rs", "a.rs", "a/f.rs", "b/mod.rs", "b/g.rs", "c/d.rs", "other.rs"
            ]
        );
        assert_eq!(tree.modules.len(), 8, "and a block");
    }

    #[test]
    fn tests_are_left_out() {
        let tree = tree(&[(
            "lib.rs",
            "#[cfg(test)] mod checks; mod tests; #[cfg(test)] use a::B; fn f() {}",
        )]);
        assert_eq!((tree.files.len(), tree.modules[0].items.len()), (1, 1));
    }
}
