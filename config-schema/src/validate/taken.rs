//! What has been taken in a config, and by whom first.

use std::hash::{BuildHasher as _, Hash};

use hashbrown::{DefaultHashBuilder, HashMap};

/// Keys of which each may be taken once. Of a key only its hash is kept: a config can have thousands
/// of rules, whose names would take more memory, and at 64 bits no two keys will ever have the same.
#[derive(Default)]
pub(super) struct Taken {
    by_hash: HashMap<u64, Taker>,
    hasher: DefaultHashBuilder,
}

/// Who took a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taker {
    /// A rule of the table.
    Rule(usize),
    /// A Service by its namespace and name.
    Service(usize),
    /// One of a Service's `hosts`.
    Host(usize, usize),
    /// A port of a Service on one of its cluster IPs.
    Port(usize, usize),
}

impl Taker {
    pub(super) fn service(self) -> Option<usize> {
        match self {
            Self::Service(service) | Self::Host(service, _) | Self::Port(service, _) => {
                Some(service)
            }
            Self::Rule(_) => None,
        }
    }
}

impl Taken {
    /// Who took the key first, if that is another one.
    pub(super) fn take(&mut self, key: impl Hash, taker: Taker) -> Option<Taker> {
        let hash = self.hasher.hash_one(key);
        let first = *self.by_hash.entry(hash).or_insert(taker);
        (first != taker).then_some(first)
    }
}
