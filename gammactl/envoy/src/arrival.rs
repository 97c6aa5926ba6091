//! The two ways in which connections arrive at the generated Envoy.

/// How a connection came to a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// A client made the connection to the proxy's own address.
    Dialled,
    /// A client made the connection to another address, and the kernel redirected it to the proxy.
    Captured,
}

/// The name of the cluster that goes on to the address that the client dialled.
pub(super) const ORIGINAL_DST: &str = "original_dst";

/// How the names of clusters begin that stand for a Service without a frontend where connections are
/// captured. A client has chosen one of its endpoints, so that a captured connection goes on to that;
/// one that was made to the proxy goes to the cluster.
pub(super) const DIRECT: &str = "original_dst/";

/// The name for whoever calls a Service without a frontend, whose cluster is `own`.
pub(super) fn direct(own: &str) -> String {
    format!("{DIRECT}{own}")
}
