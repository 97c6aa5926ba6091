//! The cluster names of a route table, each kept once: thousands of rules share a few backends.

use std::sync::Arc;

use crate::{id::ClusterNumber, interner::Interner};

/// Collects names.
#[derive(Debug, Default)]
pub(crate) struct ClusterInterner(Interner<Arc<str>>);

impl ClusterInterner {
    pub(crate) fn id(&mut self, name: &str) -> ClusterNumber {
        ClusterNumber(self.0.id(name.as_bytes(), || name.into()))
    }

    pub(crate) fn build(self) -> Clusters {
        Clusters(self.0.into_values().into())
    }
}

/// The names, by number.
#[derive(Debug)]
pub(crate) struct Clusters(Box<[Arc<str>]>);

impl Clusters {
    /// The name of a cluster; `None` if the number is another table's.
    #[inline]
    pub(crate) fn name(&self, number: ClusterNumber) -> Option<&str> {
        self.0.get(number.0 as usize).map(|name| &**name)
    }

    /// The names, by number.
    pub(crate) fn names(&self) -> &[Arc<str>] {
        &self.0
    }
}
