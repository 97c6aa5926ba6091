//! What has been taken in a config, and by whom first.

use std::fmt;

use hashbrown::HashTable;

/// Keys of which each may be taken once. Of a key only its hash is kept, which is less code and memory
/// than the key: at 64 bits no two keys will ever have the same.
#[derive(Default)]
pub(super) struct Taken(HashTable<(u64, Taker)>);

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

impl fmt::Display for Taker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => write!(f, "rules[{rule}]"),
            Self::Service(service) => write!(f, "services[{service}]"),
            Self::Host(service, host) => write!(f, "services[{service}].hosts[{host}]"),
            Self::Port(service, port) => write!(f, "services[{service}].ports[{port}]"),
        }
    }
}

impl Taken {
    /// Who took the key first, if that is another one.
    pub(super) fn take(&mut self, key: impl Iterator<Item = u8>, taker: Taker) -> Option<Taker> {
        // FNV-1a.
        let hash = key.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        self.take_hash(hash, taker)
    }

    fn take_hash(&mut self, hash: u64, taker: Taker) -> Option<Taker> {
        let Some((_, first)) = self.0.find(hash, |(other, _)| *other == hash) else {
            self.0.insert_unique(hash, (hash, taker), |(hash, _)| *hash);
            return None;
        };
        (*first != taker).then_some(*first)
    }
}
