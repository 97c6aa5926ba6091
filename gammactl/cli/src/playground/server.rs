//! A small HTTP server for one page on this machine.
//!
//! It listens on a loopback address only. A page of somebody else's, whose name was made to lead here, would ask with that
//! name: requests for any other host than this one are refused.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Frame, Incoming},
    header::{HOST, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore};

use super::{events::FileChanges, files::ServedFiles, page::PageFiles};

/// Connections at a time: a browser opens six, and keeps one of them for changes.
const CONNECTIONS: usize = 64;
/// How long a client may take to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the page may do: run its own scripts, ask this server, and nothing else. The page says the same of itself, and
/// can't say by whom it may be framed.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

type PageBody = BoxBody<Bytes, Infallible>;

/// The page, and what it asks for.
#[derive(Debug)]
pub(super) struct PageServer {
    page: PageFiles,
    files: ServedFiles,
    changes: FileChanges,
}

impl PageServer {
    pub(super) fn new(page: PageFiles, files: ServedFiles, changes: FileChanges) -> Self {
        Self {
            page,
            files,
            changes,
        }
    }

    /// Serves at `port` of this machine, or at any if it is 0; `ready` is told the address. Does not end by itself.
    pub(super) fn run(self, port: u16, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let listener = TcpListener::bind(address).await;
            let listener = listener.with_context(|| address.to_string())?;
            let address = listener.local_addr()?;
            ready(address);
            Arc::new(self).serve(&listener, address).await
        })
    }

    async fn serve(
        self: Arc<Self>,
        listener: &TcpListener,
        address: SocketAddr,
    ) -> anyhow::Result<()> {
        let free = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let permit = Arc::clone(&free).acquire_owned().await?;
            // One that is gone before it is taken is nobody's fault.
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let server = Arc::clone(&self);
            tokio::spawn(async move {
                let answer = service_fn(|request| {
                    let answer = server.answer(&request, address);
                    async { Ok::<_, Infallible>(answer) }
                });
                let mut connection = http1::Builder::new();
                connection.timer(TokioTimer::new());
                connection.header_read_timeout(PATIENCE);
                // Whoever closes a connection knows.
                let _ = connection
                    .serve_connection(TokioIo::new(stream), answer)
                    .await;
                drop(permit);
            });
        }
    }

    fn answer(&self, request: &Request<Incoming>, address: SocketAddr) -> Response<PageBody> {
        let host = request.headers().get(HOST);
        if !host.is_some_and(|host| is_this_machine(host, address)) {
            let why = "this page is for the machine that it is served on\n";
            return text(StatusCode::MISDIRECTED_REQUEST, why);
        }
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return text(
                StatusCode::METHOD_NOT_ALLOWED,
                "there is nothing to change here\n",
            );
        }
        match request.uri().path() {
            "/files.json" => match self.files.json() {
                Ok(json) => response(StatusCode::OK, "application/json", json),
                Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n")),
            },
            "/events" => self.events(),
            path => match self.page.file(path) {
                Some((bytes, kind)) => response(StatusCode::OK, kind, bytes.into_owned()),
                None => text(StatusCode::NOT_FOUND, "there is no such file\n"),
            },
        }
    }

    /// An event for each change, for as long as the page is there.
    fn events(&self) -> Response<PageBody> {
        let begin = stream::once(async { Bytes::from_static(b"retry: 1000\n\n") });
        let changes = stream::unfold(self.changes.clone(), |mut changes| async {
            let count = changes.next().await?;
            Some((Bytes::from(format!("data: {count}\n\n")), changes))
        });
        let events = begin.chain(changes);
        let events = StreamBody::new(events.map(|event| Ok(Frame::data(event))));
        with_headers(StatusCode::OK, "text/event-stream", BodyExt::boxed(events))
    }
}

/// Whether `host` is what a browser on this machine calls `address`.
fn is_this_machine(host: &HeaderValue, address: SocketAddr) -> bool {
    let port = address.port();
    let names = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
    // Browsers leave the port of the scheme out.
    let is_default = port == 80 && (host == "127.0.0.1" || host == "localhost");
    is_default || names.iter().any(|name| host == name.as_str())
}

fn text(status: StatusCode, text: impl Into<String>) -> Response<PageBody> {
    response(status, "text/plain; charset=utf-8", text.into())
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<PageBody> {
    with_headers(status, kind, Full::new(body.into()).boxed())
}

fn with_headers(status: StatusCode, kind: &'static str, body: PageBody) -> Response<PageBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in [
        ("content-type", kind),
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}
