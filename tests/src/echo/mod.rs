//! A backend that answers every request with what it saw of it.
//!
//! One port speaks HTTP/1.1 and HTTP/2 without TLS (prior knowledge), whichever the proxy chooses.
//! A request with content type `application/grpc` gets a valid unary gRPC response whose message is
//! the same JSON; one that asks for a WebSocket gets its messages back. What is said and how to ask
//! for more is in [`Echoed`].

mod answer;
mod echoed;
#[cfg(test)]
mod tests;
mod websocket;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anyhow::Context as _;

use crate::serve::Server;

use answer::Backend;
pub use echoed::Echoed;

/// Which Service port a backend stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Namespace of the Service.
    pub namespace: String,
    /// Name of the Service.
    pub service: String,
    /// Port of the Service (not the one that is listened on).
    pub port: u16,
}

impl Identity {
    /// The backend for `port` of the Service `service` in `namespace`.
    pub fn new(namespace: impl Into<String>, service: impl Into<String>, port: u16) -> Self {
        Self {
            namespace: namespace.into(),
            service: service.into(),
            port,
        }
    }
}

/// `namespace/service:port`, as `x-echo-backend` has it.
impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}:{}", self.namespace, self.service, self.port)
    }
}

impl std::str::FromStr for Identity {
    type Err = anyhow::Error;

    /// `namespace/service:port`, as in `x-echo-backend`.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let parts = || {
            let (namespace, rest) = text.split_once('/')?;
            let (service, port) = rest.rsplit_once(':')?;
            Some(Self::new(namespace, service, port.parse().ok()?))
        };
        parts().with_context(|| format!("`{text}` is no backend"))
    }
}

/// A running echo backend. It stops when dropped, open connections included.
#[derive(Debug)]
pub struct Echo {
    backend: Arc<Backend>,
    server: Server,
}

impl Echo {
    /// Starts a backend on a loopback port of the kernel's choice.
    ///
    /// # Errors
    ///
    /// No socket, thread or runtime to be had.
    pub fn start(identity: Identity) -> io::Result<Self> {
        Self::start_at(identity, (Ipv4Addr::LOCALHOST, 0).into())
    }

    /// Starts a backend on `address`. It accepts connections when this returns.
    ///
    /// # Errors
    ///
    /// The address is taken, or there is no socket, thread or runtime to be had.
    pub fn start_at(identity: Identity, address: SocketAddr) -> io::Result<Self> {
        let name = format!("echo {}", identity.service);
        let backend = Arc::new(Backend::new(identity));
        let shared = Arc::clone(&backend);
        let server = Server::start(&name, address, move |request, connection| {
            answer::answer(Arc::clone(&shared), request, connection)
        })?;
        Ok(Self { backend, server })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Which Service port it stands for.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.backend.identity
    }

    /// Everything that it has received so far, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Echoed> {
        self.backend.lock(&self.backend.received).clone()
    }
}
