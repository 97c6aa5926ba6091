//! A backend that answers every request with what it saw of it.
//!
//! One port speaks HTTP/1.1 and HTTP/2 without TLS (prior knowledge), whichever the proxy chooses.
//! A request with content type `application/grpc` gets a valid unary gRPC response whose message is
//! the same JSON; one that asks for a WebSocket gets its messages back. What is said and how to ask
//! for more is in [`Echoed`].

mod answer;
mod body;
mod echoed;
mod identity;
#[cfg(test)]
mod tests;
mod websocket;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use answer::EchoState;
pub use echoed::Echoed;
pub use identity::Identity;

use crate::serve::Server;

/// A running echo backend. It stops when dropped, open connections included.
#[derive(Debug)]
pub struct Echo {
    backend: Arc<EchoState>,
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
        let backend = Arc::new(EchoState::new(identity));
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

    /// Forgets everything that it has received so far; returns how many requests that were. For runs that are
    /// too long to remember.
    #[must_use]
    pub fn forget(&self) -> usize {
        std::mem::take(&mut *self.backend.lock(&self.backend.received)).len()
    }
}
