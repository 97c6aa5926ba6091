//! Names, addresses and identities in a config are each taken once, by the Service or rule that comes first.

use std::fmt;

/// Keys of which each may be taken once. Of a key only its hash is kept, which is less code and memory
/// than the key: at 64 bits no two keys have the same by chance.
///
/// The keys are a binary tree, whose root is the first one: a step down tells the next bit of the hashes apart, so that
/// no order of keys makes it deeper than a hash has bits. It is far less code than a hash table.
#[derive(Default)]
pub(super) struct Taken(Vec<TakenKey>);

struct TakenKey {
    hash: u64,
    taker: Taker,
    /// Where the keys begin whose next bit is 0, and those with 1; 0 where there are none, for nothing leads to
    /// the root.
    zero: usize,
    one: usize,
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
    /// Whether nobody took the key before.
    pub(super) fn is_new(&mut self, key: &str) -> bool {
        let taker = Taker::Rule(self.0.len());
        self.take(key, taker).is_none()
    }

    /// Who took the key first, if that is another one.
    pub(super) fn take(&mut self, key: &str, taker: Taker) -> Option<Taker> {
        // FNV-1a.
        let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let new = self.0.len();
        if new == 0 {
            // A few small pieces of memory that were outgrown would be in the way of each request.
            self.0.reserve(64);
        }
        let (mut at, mut bits) = (0, hash);
        while let Some(key) = self.0.get_mut(at) {
            if key.hash == hash {
                return (key.taker != taker).then_some(key.taker);
            }
            let next = if bits & 1 == 0 {
                &mut key.zero
            } else {
                &mut key.one
            };
            bits >>= 1;
            if *next == 0 {
                *next = new;
            }
            at = *next;
        }
        self.0.push(TakenKey {
            hash,
            taker,
            zero: 0,
            one: 0,
        });
        None
    }
}
