//! Where the meshes that had SMI differ.

/// Whose reading of SMI is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmiDialect {
    /// The specification's, which Traefik Mesh follows: a TrafficSplit is for the requests that its `matches` name.
    Spec,
    /// Linkerd's: a TrafficSplit is for all requests, whatever its `matches` say.
    Linkerd,
    /// Open Service Mesh's, which does not look at `matches` either.
    Osm,
}

impl SmiDialect {
    /// Whether `matches` of a TrafficSplit do anything.
    pub(crate) fn obeys_matches(self) -> bool {
        self == Self::Spec
    }
}
