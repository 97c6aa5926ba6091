//! No import circle among the files of a crate: what two files need goes one floor down.
//!
//! A file leads to another where its code names an item that the other defines: in a `use`, in a
//! path, in the arguments of a macro or in an attribute. Names that are re-exported are followed to
//! the file that defines the item. A declaration `mod a;` and a re-export `pub use a::B;` are no
//! such lead, so that a parent may declare and re-export what is below it. But it must not call what
//! is below it and be called from there.
//!
//! What a file calls as a method is not seen, unless the file names the type as well.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::PathBuf,
};

use crate::{
    resolve::{Named, Names},
    tree::Tree,
};

/// Which file leads to which, and by what names.
pub struct Leads<'t> {
    tree: &'t Tree,
    /// Indices into the tree's files.
    names: BTreeMap<(usize, usize), BTreeSet<String>>,
}

/// Files each of which leads to each other.
pub struct Circle<'t> {
    /// In the order of the alphabet.
    pub files: Vec<&'t PathBuf>,
    /// One line for each file that leads to another of them: `a.rs -> b.rs: Name, name`.
    pub leads: String,
}

impl<'t> Leads<'t> {
    /// What the files of `tree` lead to.
    #[must_use]
    pub fn of(tree: &'t Tree) -> Self {
        let names = Names::of(tree);
        let mut leads = Self {
            tree,
            names: BTreeMap::new(),
        };
        for module in 0..tree.modules.len() {
            let mentions = names.mentions(module);
            for path in &mentions.paths {
                if let Some(Named::Item { module: to, .. }) = names.resolve(module, path) {
                    leads.add(module, to, path);
                }
            }
            for import in mentions.imports.iter().filter(|import| !import.is_exported) {
                if let Some(Named::Item { module: to, is_trait }) =
                    names.resolve(module, &import.path)
                    // A parent may import for those below it. If it uses the name itself, that is a
                    // path in its code; only a trait is used without being named.
                    && (is_trait || !tree.is_within(to, module))
                {
                    leads.add(module, to, &import.path);
                }
            }
        }
        leads
    }

    fn add(&mut self, from: usize, to: usize, path: &[String]) {
        let file = |module: usize| self.tree.modules[module].file;
        let (from, to) = (file(from), file(to));
        if from != to {
            // The path begins with where the item is; the reader wants to know what it is.
            let is_step = |part: &&String| matches!(&***part, "crate" | "self" | "super");
            let name = path.iter().skip_while(is_step).cloned().collect::<Vec<_>>();
            self.names
                .entry((from, to))
                .or_default()
                .insert(name.join("::"));
        }
    }

    /// How many pairs of files there are of which the first leads to the second.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether no file leads to another.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether the code of the file `from` names an item of the file `to`.
    #[must_use]
    pub fn has(&self, from: &str, to: &str) -> bool {
        let is = |file: usize, name: &str| self.tree.files[file].ends_with(name);
        self.names
            .keys()
            .any(|&(first, second)| is(first, from) && is(second, to))
    }

    /// The largest sets of files that lead to each other.
    #[must_use]
    pub fn circles(&self) -> Vec<Circle<'t>> {
        let reached: Vec<_> = (0..self.tree.files.len())
            .map(|file| self.reached(file))
            .collect();
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for file in 0..self.tree.files.len() {
            let is_mutual = |&other: &usize| reached[other].contains(&file);
            let members: BTreeSet<_> = reached[file].iter().copied().filter(is_mutual).collect();
            if !members.is_empty() && seen.insert(members.clone()) {
                circles.push(self.circle(&members));
            }
        }
        circles
    }

    /// The files that `start` leads to, be it through others.
    fn reached(&self, start: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(file) = open.pop() {
            let next = self.names.range((file, 0)..(file + 1, 0));
            open.extend(
                next.map(|(&(_, to), _)| to)
                    .filter(|&to| reached.insert(to)),
            );
        }
        reached
    }

    fn circle(&self, members: &BTreeSet<usize>) -> Circle<'t> {
        let mut files: Vec<_> = members.iter().map(|&file| &self.tree.files[file]).collect();
        files.sort();
        let mut leads = String::new();
        for ((from, to), names) in &self.names {
            if members.contains(from) && members.contains(to) {
                let [from, to] = [from, to].map(|&file| self.tree.files[file].display());
                let names = names.iter().cloned().collect::<Vec<_>>().join(", ");
                let _ = writeln!(leads, "{from} -> {to}: {names}");
            }
        }
        Circle { files, leads }
    }
}

#[cfg(test)]
mod tests;
