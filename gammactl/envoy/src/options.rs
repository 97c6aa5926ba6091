//! Everything besides the manifests and their config that a generated bootstrap depends on.

use std::net::SocketAddr;

/// What a bootstrap depends on besides the manifests.
#[derive(Debug, Clone)]
pub struct EnvoyOptions {
    /// Where to accept requests.
    pub listen: Vec<SocketAddr>,
    /// Where to accept connections that were redirected from where they were going.
    pub capture: Vec<SocketAddr>,
    /// Where to serve the admin interface; `None` for nowhere.
    pub admin: Option<SocketAddr>,
    /// Path of the filter's module, as Envoy will see it.
    pub wasm: String,
    /// Whether the host of mirrored copies ends with `-shadow`, as Envoy has it by default.
    pub mirror_host_suffix: bool,
    /// The file with the certificates that Envoy's machine trusts, as Envoy will see it.
    pub system_certificates: String,
    /// Which requests are logged to standard output.
    pub access_log: AccessLog,
}

/// Which requests the generated access log is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccessLog {
    /// All of them.
    #[default]
    All,
    /// Those that were answered from 400 on, of which Envoy has something to report (`%RESPONSE_FLAGS%`), or that
    /// are calls of gRPC with another status than OK.
    Errors,
    /// None: there is no log.
    Off,
}
