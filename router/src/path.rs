//! Finds the Exact and PathPrefix matches that can hold for the path of a request.
//!
//! One radix tree holds every stored path, Exact ones and prefixes alike. PathPrefix "matches element by
//! element", so only those beginnings of a request's path can be stored prefixes that end before a `/` or
//! with the path. They are looked up from the shortest one on, and only those that have as many `/` as
//! some stored path has: O(path length × how many different numbers of `/` there are), which are a few.

use matchit::Router as Tree;

use gamma_config::PathPrefix;

use crate::{
    candidates::Candidates,
    entry::Position,
    error::{BuildError, PathError},
};

/// Stands for no id.
const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub(crate) struct PathTree {
    tree: Tree<Stored>,
    /// By the id of an Exact path.
    exact: Box<[Candidates]>,
    /// By the id of a prefix.
    prefixes: Box<[Candidates]>,
    /// From few `/` to many.
    depths: Box<[Depth]>,
    /// Length of the longest stored path.
    longest: usize,
}

/// The ids of a stored path. Every node of the tree has room for one of these, so it is small.
#[derive(Debug, Clone, Copy)]
struct Stored {
    /// Exact matches on this very path, or `NONE`.
    exact: u32,
    /// PathPrefix matches on this path, or `NONE`.
    prefix: u32,
}

/// The stored paths with one number of `/`.
#[derive(Debug, Clone, Copy)]
struct Depth {
    slashes: u32,
    /// The lowest position among these paths and those with more `/`. The search ends at a depth whose lowest
    /// position is no better than what was found.
    lowest: Position,
}

/// Collects paths, then builds the index.
#[derive(Debug, Default)]
pub(crate) struct PathTreeBuilder {
    tree: Tree<Stored>,
    /// How many `/` each Exact path and each prefix has.
    exact: Vec<u32>,
    prefixes: Vec<u32>,
    longest: usize,
}

impl PathTreeBuilder {
    /// The id of an Exact path: 0, 1, 2…
    pub(crate) fn exact(&mut self, path: &str) -> Result<u32, BuildError> {
        let stored = stored(&mut self.tree, &mut self.longest, path)?;
        Ok(id(&mut stored.exact, &mut self.exact, path))
    }

    /// The id of a PathPrefix: 0, 1, 2…
    pub(crate) fn prefix(&mut self, path: &str) -> Result<u32, BuildError> {
        let path = PathPrefix::new(path).as_str();
        let stored = stored(&mut self.tree, &mut self.longest, path)?;
        Ok(id(&mut stored.prefix, &mut self.prefixes, path))
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
    ) -> PathTree {
        let (exact, prefixes): (Box<[_]>, Box<[_]>) = (exact.collect(), prefixes.collect());
        let of_exact = self.exact.iter().zip(&exact);
        let of_prefixes = self.prefixes.iter().zip(&prefixes);
        PathTree {
            tree: self.tree,
            depths: depths(of_exact.chain(of_prefixes)),
            exact,
            prefixes,
            longest: self.longest,
        }
    }
}

impl PathTree {
    /// The lowest position below `limit` among the matches on `path` for which `find` finds one: the
    /// lowest of some candidates that holds and is below a limit. `path` may have its query behind it.
    pub(crate) fn first(
        &self,
        path: &[u8],
        limit: Position,
        mut find: impl FnMut(&Candidates, Position) -> Option<Position>,
    ) -> Option<Position> {
        // The path `*` (of OPTIONS) and an empty path are below no prefix.
        if path.first() != Some(&b'/') {
            return None;
        }
        let mut best = None;
        let mut ancestors = Ancestors::new(path, self.longest);
        for depth in &self.depths {
            if depth.lowest >= best.unwrap_or(limit) {
                break;
            }
            let Some((start, whole)) = ancestors.with(depth.slashes) else {
                break;
            };
            let Some(stored) = self.lookup(start) else {
                continue;
            };
            let mut among = |candidates: Option<&Candidates>| {
                best = candidates
                    .and_then(|candidates| find(candidates, best.unwrap_or(limit)))
                    .or(best);
            };
            if whole {
                among(self.exact.get(stored.exact as usize));
            }
            among(self.prefixes.get(stored.prefix as usize));
        }
        best
    }

    fn lookup(&self, path: &[u8]) -> Option<Stored> {
        // Configured paths are ASCII, so a path that is not UTF-8 is not among them.
        let path = std::str::from_utf8(path).ok()?;
        Some(*self.tree.at(path).ok()?.value)
    }
}

/// The ancestors of a path: its beginnings that end before a `/`, and the path itself.
struct Ancestors<'p> {
    path: &'p [u8],
    /// How many bytes of the path were looked at, and how many `/` are among them.
    at: usize,
    slashes: u32,
    /// The length of the longest stored path, beyond which no ancestor can be stored.
    longest: usize,
}

impl<'p> Ancestors<'p> {
    #[inline]
    fn new(path: &'p [u8], longest: usize) -> Self {
        let (at, slashes) = (0, 0);
        Self {
            path,
            at,
            slashes,
            longest,
        }
    }

    /// The ancestor with that many `/`, and whether it is the whole path. Each call asks for more `/` than
    /// the one before.
    #[inline]
    fn with(&mut self, slashes: u32) -> Option<(&'p [u8], bool)> {
        while self.at <= self.longest {
            let next = self.path.get(self.at).filter(|&&b| b != b'?');
            match next {
                Some(b'/') if self.slashes == slashes => {
                    return Some((self.path.get(..self.at)?, false));
                }
                Some(b'/') => self.slashes = self.slashes.saturating_add(1),
                Some(_) => {}
                None if self.slashes == slashes => {
                    return Some((self.path.get(..self.at)?, true));
                }
                None => return None,
            }
            self.at = self.at.saturating_add(1);
        }
        None
    }
}

fn slashes(path: &[u8]) -> u32 {
    path.iter()
        .fold(0, |count, &b| count.saturating_add(u32::from(b == b'/')))
}

/// The ids of a path, which is stored now if it was not.
fn stored<'t>(
    tree: &'t mut Tree<Stored>,
    longest: &mut usize,
    path: &str,
) -> Result<&'t mut Stored, BuildError> {
    let refused = |error: PathError| BuildError::Path {
        path: path.into(),
        error,
    };
    if tree.at(path).is_err() {
        let (exact, prefix) = (NONE, NONE);
        tree.insert(escape(path), Stored { exact, prefix })
            .map_err(|error| refused(error.into()))?;
        *longest = path.len().max(*longest);
    }
    let found = tree.at_mut(path);
    found
        .map(|found| found.value)
        .map_err(|error| refused(error.into()))
}

/// Braces are matchit's syntax for parameters.
fn escape(path: &str) -> String {
    path.replace('{', "{{").replace('}', "}}")
}

/// `known`, or the next one.
fn id(known: &mut u32, slashes_of: &mut Vec<u32>, path: &str) -> u32 {
    if *known == NONE {
        *known = u32::try_from(slashes_of.len()).unwrap_or(NONE);
        slashes_of.push(slashes(path.as_bytes()));
    }
    *known
}

/// Of the number of `/` and the candidates of each path.
fn depths<'c>(paths: impl Iterator<Item = (&'c u32, &'c Candidates)>) -> Box<[Depth]> {
    let mut depths: Vec<Depth> = Vec::new();
    for (&slashes, candidates) in paths {
        let lowest = candidates.lowest();
        match depths.binary_search_by(|depth| depth.slashes.cmp(&slashes)) {
            Ok(at) => {
                if let Some(depth) = depths.get_mut(at) {
                    depth.lowest = depth.lowest.min(lowest);
                }
            }
            Err(at) => depths.insert(at, Depth { slashes, lowest }),
        }
    }
    let mut lowest = Position::MAX;
    for depth in depths.iter_mut().rev() {
        lowest = lowest.min(depth.lowest);
        depth.lowest = lowest;
    }
    depths.into()
}

#[cfg(test)]
mod tests;
