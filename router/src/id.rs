//! Numbers by which a router knows its rules, backends and clusters.

/// A rule of a [`Router`](crate::Router).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId {
    /// Its route table.
    pub(crate) table: u32,
    /// Its number in that.
    pub(crate) rule: u32,
}

/// A backend of the rule that a decision is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BackendId(pub(crate) u32);

impl BackendId {
    /// Index into the rule's `backendRefs`.
    #[must_use]
    pub fn index(self) -> u32 {
        self.0
    }
}

/// A cluster that a request can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterId(pub(crate) u32);

/// A cluster among those of one route table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ClusterNumber(pub(crate) u32);
