//! Names the API groups of the Kubernetes kinds that are read.

/// HTTPRoute, GRPCRoute and ReferenceGrant.
pub(crate) const GATEWAY: &str = "gateway.networking.k8s.io";
/// ServiceImport.
pub const MULTICLUSTER: &str = "multicluster.x-k8s.io";
