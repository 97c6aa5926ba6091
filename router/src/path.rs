//! From a path to the matches that may hold for it, in O(path length).
//!
//! One radix tree holds every stored path: an Exact path as it is; a PathPrefix `/a` as `/a`, `/a/`
//! and `/a/{*rest}`, which is what "matches element by element" means. The tree returns the longest
//! stored path only, so each prefix links to the next shorter stored prefix: a lookup is the tree
//! walk, then the links.

use std::collections::HashMap;

use matchit::Router as Tree;

use crate::build::BuildError;

/// Position of a match in the table's order of precedence.
pub(crate) type Position = u32;

#[derive(Debug)]
pub(crate) struct PathIndex {
    tree: Tree<Stored>,
    prefixes: Box<[Prefix]>,
}

/// What the tree knows of a stored path.
#[derive(Debug, Clone, Default)]
struct Stored {
    /// Exact matches on this very path.
    exact: Box<[Position]>,
    /// Longest stored prefix of this path, an index into `prefixes`.
    prefix: Option<u32>,
}

#[derive(Debug)]
struct Prefix {
    /// PathPrefix matches on this prefix.
    positions: Box<[Position]>,
    /// Next shorter stored prefix.
    parent: Option<u32>,
    /// Lowest position here and along the links: nothing better follows once one is found.
    lowest: Position,
}

/// Collects paths, then builds the index.
#[derive(Debug, Default)]
pub(crate) struct PathIndexBuilder<'c> {
    exact: HashMap<&'c str, Vec<Position>>,
    prefixes: HashMap<&'c str, Vec<Position>>,
}

impl<'c> PathIndexBuilder<'c> {
    /// Positions must be added in ascending order.
    pub(crate) fn exact(&mut self, path: &'c str, position: Position) {
        self.exact.entry(path).or_default().push(position);
    }

    /// Positions must be added in ascending order.
    pub(crate) fn prefix(&mut self, path: &'c str, position: Position) {
        self.prefixes.entry(trim(path)).or_default().push(position);
    }

    pub(crate) fn build(self) -> Result<PathIndex, BuildError> {
        // Shorter first, so that a prefix finds its parent complete.
        let mut ordered: Vec<_> = self.prefixes.into_iter().collect();
        ordered.sort_unstable_by_key(|&(path, _)| (path.len(), path));

        let mut ids: HashMap<&str, u32> = HashMap::with_capacity(ordered.len());
        let mut prefixes: Vec<Prefix> = Vec::with_capacity(ordered.len());
        let mut stored: HashMap<String, Stored> = HashMap::new();
        for (id, (path, positions)) in (0_u32..).zip(ordered) {
            let parent = shorter(path).and_then(|path| longest_prefix(path, &ids));
            let inherited = parent
                .and_then(|parent| prefixes.get(parent as usize))
                .map_or(Position::MAX, |parent| parent.lowest);
            let own = positions.first().copied().unwrap_or(Position::MAX);
            prefixes.push(Prefix {
                positions: positions.into(),
                parent,
                lowest: own.min(inherited),
            });
            ids.insert(path, id);
            let literal = escape(path);
            let entry = Stored {
                prefix: Some(id),
                ..Stored::default()
            };
            if !path.is_empty() {
                stored.insert(literal.clone(), entry.clone());
            }
            stored.insert(format!("{literal}/"), entry.clone());
            stored.insert(format!("{literal}/{{*rest}}"), entry);
        }
        for (path, positions) in self.exact {
            let entry = stored.entry(escape(path)).or_default();
            entry.exact = positions.into();
            entry.prefix = longest_prefix(path, &ids);
        }

        let mut tree = Tree::new();
        for (path, entry) in stored {
            tree.insert(path.clone(), entry)
                .map_err(|error| BuildError::Path {
                    path,
                    message: error.to_string(),
                })?;
        }
        Ok(PathIndex {
            tree,
            prefixes: prefixes.into(),
        })
    }
}

impl PathIndex {
    /// The lowest position below `limit` among the matches on `path` for which `holds`.
    pub(crate) fn first(
        &self,
        path: &str,
        limit: Position,
        mut holds: impl FnMut(Position) -> bool,
    ) -> Option<Position> {
        let stored = self.tree.at(path).ok()?.value;
        let mut best = first_below(&stored.exact, limit, &mut holds);
        let mut next = stored.prefix;
        // Each link leads to a strictly shorter prefix, so this ends.
        while let Some(prefix) = next.and_then(|id| self.prefixes.get(id as usize)) {
            let limit = best.unwrap_or(limit);
            if prefix.lowest >= limit {
                break;
            }
            best = first_below(&prefix.positions, limit, &mut holds).or(best);
            next = prefix.parent;
        }
        best
    }
}

/// The first of the ascending `positions` that is below `limit` and holds.
pub(crate) fn first_below(
    positions: &[Position],
    limit: Position,
    holds: &mut impl FnMut(Position) -> bool,
) -> Option<Position> {
    positions
        .iter()
        .copied()
        .take_while(|&position| position < limit)
        .find(|&position| holds(position))
}

/// "Matches based on a URL path prefix split by `/` … trailing `/` is ignored" (PathPrefix).
pub(crate) fn trim(prefix: &str) -> &str {
    prefix.trim_end_matches('/')
}

/// `path` without its last element; `None` once nothing is left.
fn shorter(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(parent, _)| parent)
}

/// The longest stored prefix of `path`, itself included.
fn longest_prefix(path: &str, ids: &HashMap<&str, u32>) -> Option<u32> {
    let mut candidate = Some(path);
    while let Some(path) = candidate {
        if let Some(&id) = ids.get(path) {
            return Some(id);
        }
        candidate = shorter(path);
    }
    None
}

/// Braces are matchit's syntax for parameters.
fn escape(path: &str) -> String {
    path.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
mod tests;
