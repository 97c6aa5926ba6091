//! Cluster names, each kept once: thousands of rules share a few backends.

use crate::{id::ClusterId, interner::Interner};

/// Collects names.
#[derive(Debug, Default)]
pub(crate) struct ClusterInterner(Interner<Box<str>>);

impl ClusterInterner {
    pub(crate) fn id(&mut self, name: &str) -> ClusterId {
        ClusterId(self.0.id(name.as_bytes(), || name.into()))
    }

    pub(crate) fn build(self) -> Clusters {
        Clusters(self.0.into_values().into())
    }
}

/// The names, by number.
#[derive(Debug)]
pub(crate) struct Clusters(Box<[Box<str>]>);

impl Clusters {
    /// The name of a cluster; `None` if `id` is another router's.
    pub(crate) fn name(&self, id: ClusterId) -> Option<&str> {
        self.0.get(id.0 as usize).map(|name| &**name)
    }
}
