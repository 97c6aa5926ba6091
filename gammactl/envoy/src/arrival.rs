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
