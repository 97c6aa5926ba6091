//! An HTTP server in a thread of its own.
//!
//! One port speaks HTTP/1.1, with upgrades, and HTTP/2 without TLS (prior knowledge), whichever the
//! client chooses.

use std::{
    convert::Infallible,
    error::Error,
    io,
    net::{SocketAddr, TcpListener},
    os::fd::AsFd,
    sync::Arc,
    thread::{self, JoinHandle},
};

use hyper::{
    Request, Response,
    body::{Body, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    net::TcpStream,
    sync::{Notify, oneshot},
};

/// A running server. It stops when dropped, open connections included.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// Dropping it is the signal to stop.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The connection on which a request came.
#[derive(Debug, Clone, Default)]
pub struct Connection(Arc<Notify>);

impl Connection {
    /// Resets the connection (TCP RST) instead of answering, all of its other streams included.
    /// Never returns: the caller goes with the connection.
    pub async fn reset(&self) {
        self.0.notify_one();
        std::future::pending().await
    }
}

impl Server {
    /// Answers requests to `address` with `handler`, which runs on a runtime of one thread. It
    /// accepts connections when this returns.
    ///
    /// # Errors
    ///
    /// The address is taken, or there is no socket, thread or runtime to be had.
    pub fn start<H, F, B>(name: &str, address: SocketAddr, handler: H) -> io::Result<Self>
    where
        H: Fn(Request<Incoming>, Connection) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let own_name = name.to_owned();
        let thread = thread::Builder::new().name(name.into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    Err(error) = accept(listener, handler) => eprintln!("{own_name}: {error}"),
                }
            });
        })?;
        Ok(Self {
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
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept<H, F, B>(listener: TcpListener, handler: H) -> io::Result<()>
where
    H: Fn(Request<Incoming>, Connection) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        // Small answers at once: with Nagle's algorithm each one waits for a delayed ACK.
        stream.set_nodelay(true)?;
        let handler = handler.clone();
        tokio::spawn(async move {
            // An error here is a client that went away or spoke no HTTP: its problem.
            let _ = serve(stream, handler).await;
        });
    }
}

async fn serve<H, F, B>(stream: TcpStream, handler: H) -> Result<(), Box<dyn Error + Send + Sync>>
where
    H: Fn(Request<Incoming>, Connection) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    // The same socket by another name: hyper does not give back what it was given.
    let socket = std::net::TcpStream::from(stream.as_fd().try_clone_to_owned()?);
    let connection = Connection::default();
    let service = service_fn(|request| {
        let answer = handler(request, connection.clone());
        async { Ok::<_, Infallible>(answer.await) }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    tokio::select! {
        ended = server.serve_connection_with_upgrades(TokioIo::new(stream), service) => ended,
        () = connection.0.notified() => {
            // To close a socket that must not linger is to reset it.
            TcpStream::from_std(socket)?.set_zero_linger()?;
            Ok(())
        }
    }
}
