//! A backend that answers every request with what it saw of it.
//!
//! One port speaks HTTP/1.1 and HTTP/2 without TLS (prior knowledge), whichever the proxy chooses.
//! A request with content type `application/grpc` gets a valid unary gRPC response whose message is
//! the same JSON. What is said and how to ask for more is in [`Echoed`].

mod answer;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::sync::oneshot;

use answer::Backend;
pub use answer::Echoed;

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

/// A running echo backend. It stops when dropped, open connections included.
#[derive(Debug)]
pub struct Echo {
    backend: Arc<Backend>,
    address: SocketAddr,
    /// Dropping it is the signal to stop.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
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
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let name = format!("echo {}", identity.service);
        let backend = Arc::new(Backend::new(identity));
        let shared = Arc::clone(&backend);
        let thread = thread::Builder::new().name(name).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    Err(error) = accept(listener, shared) => eprintln!("echo: {error}"),
                }
            });
        })?;
        Ok(Self {
            backend,
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
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

impl Drop for Echo {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, backend: Arc<Backend>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        // Small answers at once: with Nagle's algorithm each one waits for a delayed ACK.
        stream.set_nodelay(true)?;
        let backend = Arc::clone(&backend);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer::answer(Arc::clone(&backend), request));
            // An error here is a client that went away or spoke no HTTP: its problem.
            let _ = auto::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
