//! What the manifests do not say about an nginx.

use std::net::SocketAddr;

use gamma_config::Duration;

/// The options of a configuration.
#[derive(Debug, Clone)]
pub struct NginxOptions {
    /// Where it listens.
    pub listen: Vec<SocketAddr>,
    /// The directory of the files, as nginx sees it, without a `/` at its end.
    pub directory: String,
    /// Whom nginx asks for names: an address, and a port if it is not 53.
    pub resolver: Option<String>,
    /// Where requests go that are for no known Service, as `host:port`; without it, they are answered 404.
    pub others: Option<String>,
    /// How long a backend may be silent.
    pub timeout: Duration,
    /// The file with the certificates that nginx's machine trusts, as nginx sees it.
    pub system_certificates: String,
    /// Files that `http` includes, as nginx sees them.
    pub include: Vec<String>,
}
