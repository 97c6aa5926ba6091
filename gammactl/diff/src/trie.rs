//! A trie of the literal predicates on one part of a request: exact values, path prefixes and beginnings of texts.

use std::collections::HashMap;

/// A node: the text that leads to it.
pub(super) type TrieNode = u32;

/// All literals, letter by letter.
#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Letters>,
}

#[derive(Debug, Default)]
struct Letters {
    children: HashMap<u8, TrieNode>,
    /// Predicates that hold for exactly this text.
    exact: Vec<usize>,
    /// Prefixes that end here.
    prefix: Vec<usize>,
    /// For a prefix: the next shorter one that holds for whatever this one holds for.
    parent: Option<TrieNode>,
    /// Beginnings that end here.
    beginning: Vec<usize>,
    /// For a beginning: the next shorter one.
    shorter: Option<TrieNode>,
}

impl Trie {
    pub(super) const ROOT: TrieNode = 0;

    /// Prefixes are without `/` at their end.
    pub(super) fn new<'p>(
        exact: impl Iterator<Item = (usize, &'p str)>,
        prefixes: impl Iterator<Item = (usize, &'p str)>,
        beginnings: impl Iterator<Item = (usize, &'p str)>,
    ) -> Self {
        let mut trie = Self {
            nodes: vec![Letters::default()],
        };
        for (predicate, text) in exact {
            let node = trie.insert(text);
            trie.nodes[node as usize].exact.push(predicate);
        }
        let mut ends = Vec::new();
        for (predicate, text) in prefixes {
            let node = trie.insert(text);
            trie.nodes[node as usize].prefix.push(predicate);
            ends.push((node, text));
        }
        for (node, text) in ends {
            let mut at = Some(Self::ROOT);
            let mut parent = None;
            for byte in text.bytes() {
                parent = at.map_or(parent, |at| trie.covered(at, byte, parent));
                at = at.and_then(|at| trie.child(at, byte));
            }
            trie.nodes[node as usize].parent = parent;
        }
        let mut ends = Vec::new();
        for (predicate, text) in beginnings {
            let node = trie.insert(text);
            trie.nodes[node as usize].beginning.push(predicate);
            ends.push((node, text));
        }
        for (node, text) in ends {
            let mut at = Self::ROOT;
            let mut shorter = None;
            for byte in text.bytes() {
                shorter = trie.begun(at, shorter);
                at = trie.child(at, byte).unwrap_or(at);
            }
            trie.nodes[node as usize].shorter = shorter;
        }
        trie
    }

    fn insert(&mut self, text: &str) -> TrieNode {
        let mut at = Self::ROOT;
        for byte in text.bytes() {
            let new = self.nodes.len() as TrieNode;
            let next = *self.nodes[at as usize].children.entry(byte).or_insert(new);
            if next == new {
                self.nodes.push(Letters::default());
            }
            at = next;
        }
        at
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn child(&self, node: TrieNode, byte: u8) -> Option<TrieNode> {
        self.nodes[node as usize].children.get(&byte).copied()
    }

    pub(super) fn children(&self, node: TrieNode) -> impl Iterator<Item = u8> {
        self.nodes[node as usize].children.keys().copied()
    }

    /// The longest prefix that holds for all that follows `node` and `byte`; `covered` was it up to
    /// `node`.
    pub(super) fn covered(
        &self,
        node: TrieNode,
        byte: u8,
        covered: Option<TrieNode>,
    ) -> Option<TrieNode> {
        if byte == b'/' && !self.nodes[node as usize].prefix.is_empty() {
            Some(node)
        } else {
            covered
        }
    }

    /// The longest beginning up to `node`; `begun` was it up to the node before.
    pub(super) fn begun(&self, node: TrieNode, begun: Option<TrieNode>) -> Option<TrieNode> {
        if self.nodes[node as usize].beginning.is_empty() {
            begun
        } else {
            Some(node)
        }
    }

    /// Whether a literal ends here.
    pub(super) fn is_end(&self, node: TrieNode) -> bool {
        let letters = &self.nodes[node as usize];
        let lists = [&letters.exact, &letters.prefix, &letters.beginning];
        lists.into_iter().any(|list| !list.is_empty())
    }

    /// The predicates that hold for the text of `node`, but for those that `covered` it.
    pub(super) fn here(&self, node: TrieNode) -> impl Iterator<Item = usize> {
        let letters = &self.nodes[node as usize];
        letters.exact.iter().chain(&letters.prefix).copied()
    }

    /// The prefixes that hold below `covered`.
    pub(super) fn covering(&self, covered: Option<TrieNode>) -> impl Iterator<Item = usize> {
        std::iter::successors(covered, |&node| self.nodes[node as usize].parent)
            .flat_map(|node| &self.nodes[node as usize].prefix)
            .copied()
    }

    /// The beginnings that hold where `begun` is the longest.
    pub(super) fn beginning(&self, begun: Option<TrieNode>) -> impl Iterator<Item = usize> {
        std::iter::successors(begun, |&node| self.nodes[node as usize].shorter)
            .flat_map(|node| &self.nodes[node as usize].beginning)
            .copied()
    }
}
