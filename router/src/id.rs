//! Numbers by which a router knows its rules, backends and clusters.

/// A rule of a [`Router`](crate::Router).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(crate) u32);

/// A backend: a rule and the index of the backend within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BackendId {
    pub(crate) rule: RuleId,
    pub(crate) index: u32,
}

impl BackendId {
    /// The rule that the backend belongs to.
    #[must_use]
    pub fn rule(self) -> RuleId {
        self.rule
    }

    /// Index into the rule's `backendRefs`.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }
}

/// The name of a cluster, which a router keeps once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterId(pub(crate) u32);
