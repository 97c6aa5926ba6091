//! From a path to the matches that may hold for it, in O(path length).
//!
//! One radix tree holds every stored path. A request's path is looked up with `//` behind it, so that
//! a PathPrefix `/a` is just `/a/{*rest}`, which `/a`, `/a/` and `/a/b` have in common then and `/ab`
//! has not: "matches element by element". An Exact path has `//` behind it as well. The tree returns the
//! longest stored path only, so each prefix links to the next shorter stored prefix: a lookup is the tree
//! walk, then the links.

use std::borrow::Cow;

use hashbrown::HashMap;
use matchit::Router as Tree;

use crate::{build::BuildError, candidates::Candidates};

/// Position of a match in the table's order of precedence.
pub(crate) type Position = u32;

/// Stands for no id.
const NONE: u32 = u32::MAX;

/// Behind each path that is looked up.
const END: &[u8] = b"//";
/// Paths up to this are looked up without allocating.
const BUFFER: usize = 256;

#[derive(Debug)]
pub(crate) struct PathIndex {
    tree: Tree<Stored>,
    exact: Box<[Candidates]>,
    prefixes: Box<[Prefix]>,
    /// Length of the longest stored path.
    longest: usize,
}

/// What the tree knows of a stored path. Each of its nodes has room for one, so it is small.
#[derive(Debug, Clone, Copy)]
struct Stored {
    /// Exact matches on this very path, or `NONE`.
    exact: u32,
    /// Longest stored prefix of this path, or `NONE`.
    prefix: u32,
}

#[derive(Debug)]
struct Prefix {
    /// PathPrefix matches on this prefix.
    candidates: Candidates,
    /// Next shorter stored prefix, or `NONE`.
    parent: u32,
    /// Lowest position here and along the links: nothing better follows once one is found.
    lowest: Position,
}

/// Collects paths, then builds the index.
#[derive(Debug, Default)]
pub(crate) struct PathIndexBuilder {
    exact: HashMap<Box<str>, u32>,
    prefixes: HashMap<Box<str>, u32>,
}

impl PathIndexBuilder {
    /// The id of an Exact path: 0, 1, 2…
    pub(crate) fn exact(&mut self, path: &str) -> u32 {
        id(&mut self.exact, path)
    }

    /// The id of a PathPrefix: 0, 1, 2…
    pub(crate) fn prefix(&mut self, path: &str) -> u32 {
        id(&mut self.prefixes, trim(path))
    }

    /// How many ids there are of Exact paths, and of prefixes.
    pub(crate) fn len(&self) -> (usize, usize) {
        (self.exact.len(), self.prefixes.len())
    }

    /// Takes the candidates of each id, in order.
    pub(crate) fn build(
        self,
        exact: impl Iterator<Item = Candidates>,
        prefixes: impl Iterator<Item = Candidates>,
    ) -> Result<PathIndex, BuildError> {
        let mut tree = Tree::new();
        for (path, &prefix) in &self.prefixes {
            let below = escape(path) + "/{*rest}";
            let exact = NONE;
            insert(&mut tree, below, Stored { exact, prefix })?;
        }
        for (path, &exact) in &self.exact {
            let prefix = longest_prefix(path, &self.prefixes);
            insert(&mut tree, escape(path) + "//", Stored { exact, prefix })?;
        }
        let paths = self.exact.keys().chain(self.prefixes.keys());
        Ok(PathIndex {
            tree,
            exact: exact.collect(),
            longest: paths.map(|path| path.len()).max().unwrap_or(0),
            prefixes: link(&self.prefixes, prefixes),
        })
    }
}

impl PathIndex {
    /// The lowest position below `limit` among the matches on `path` for which `find` finds one: the
    /// lowest of some candidates that holds and is below a limit.
    pub(crate) fn first(
        &self,
        path: &[u8],
        limit: Position,
        mut find: impl FnMut(&Candidates, Position) -> Option<Position>,
    ) -> Option<Position> {
        let stored = self.lookup(path)?;
        let mut best = self
            .exact
            .get(stored.exact as usize)
            .and_then(|candidates| find(candidates, limit));
        let mut next = stored.prefix;
        // Each link leads to a strictly shorter prefix, so this ends.
        while let Some(prefix) = self.prefixes.get(next as usize) {
            let limit = best.unwrap_or(limit);
            if prefix.lowest >= limit {
                break;
            }
            best = find(&prefix.candidates, limit).or(best);
            next = prefix.parent;
        }
        best
    }

    fn lookup(&self, path: &[u8]) -> Option<Stored> {
        // `*` (of OPTIONS) and nothing at all are below no prefix.
        if path.first() != Some(&b'/') {
            return None;
        }
        // What comes after the longest stored path and a `/` is below a prefix, whatever it is.
        let path = path.get(..=self.longest).unwrap_or(path);
        let mut buffer = [0_u8; BUFFER];
        let closed = match buffer.get_mut(..path.len().saturating_add(END.len())) {
            Some(closed) => {
                let (start, end) = closed.split_at_mut(path.len());
                start.copy_from_slice(path);
                end.copy_from_slice(END);
                Cow::Borrowed(&*closed)
            }
            None => Cow::Owned([path, END].concat()),
        };
        // Configured paths are ASCII, so a byte that is not UTF-8 can only stand below a prefix,
        // where any character will do. Valid paths, which is all that Envoy lets through, are
        // borrowed.
        let closed = String::from_utf8_lossy(&closed);
        Some(*self.tree.at(&closed).ok()?.value)
    }
}

/// "Matches based on a URL path prefix split by `/` … trailing `/` is ignored" (PathPrefix).
pub(crate) fn trim(prefix: &str) -> &str {
    prefix.trim_end_matches('/')
}

fn id(ids: &mut HashMap<Box<str>, u32>, path: &str) -> u32 {
    if let Some(&id) = ids.get(path) {
        return id;
    }
    let id = u32::try_from(ids.len()).unwrap_or(NONE);
    ids.insert(path.into(), id);
    id
}

fn insert(tree: &mut Tree<Stored>, path: String, stored: Stored) -> Result<(), BuildError> {
    tree.insert(path.as_str(), stored)
        .map_err(|error| BuildError::Path {
            message: error.to_string(),
            path,
        })
}

/// Links each prefix to the next shorter one.
fn link(
    ids: &HashMap<Box<str>, u32>,
    candidates: impl Iterator<Item = Candidates>,
) -> Box<[Prefix]> {
    let mut prefixes: Box<[Prefix]> = candidates
        .map(|candidates| Prefix {
            parent: NONE,
            lowest: candidates.lowest(),
            candidates,
        })
        .collect();
    for (path, &id) in ids {
        if let Some(prefix) = prefixes.get_mut(id as usize) {
            prefix.parent = shorter(path).map_or(NONE, |path| longest_prefix(path, ids));
        }
    }
    // As often as the longest chain of links is long: a few times.
    while inherit(&mut prefixes) {}
    prefixes
}

/// Takes over what is lower in the parents; whether anything was.
fn inherit(prefixes: &mut [Prefix]) -> bool {
    let mut changes = false;
    for id in 0..prefixes.len() {
        let inherited = prefixes
            .get(id)
            .and_then(|prefix| prefixes.get(prefix.parent as usize))
            .map_or(Position::MAX, |parent| parent.lowest);
        if let Some(prefix) = prefixes.get_mut(id)
            && inherited < prefix.lowest
        {
            prefix.lowest = inherited;
            changes = true;
        }
    }
    changes
}

/// `path` without its last element; `None` once nothing is left.
fn shorter(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(parent, _)| parent)
}

/// The longest stored prefix of `path`, itself included, or `NONE`.
fn longest_prefix(path: &str, ids: &HashMap<Box<str>, u32>) -> u32 {
    let mut candidate = Some(path);
    while let Some(path) = candidate {
        if let Some(&id) = ids.get(path) {
            return id;
        }
        candidate = shorter(path);
    }
    NONE
}

/// Braces are matchit's syntax for parameters.
fn escape(path: &str) -> String {
    path.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
mod tests;
