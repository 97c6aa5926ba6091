//! Unary gRPC over HTTP/2 without TLS.

use std::{io, net::SocketAddr, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Version, body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, runtime::Runtime};

use super::{Request, Response, latin1};

/// A call that takes longer than this has failed.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A gRPC client with one connection.
///
/// It speaks HTTP/2 with prior knowledge. The headers that make a request gRPC are added unless the
/// request has a `content-type`: without them, this is an HTTP/2 client.
#[derive(Debug)]
pub struct GrpcClient {
    address: SocketAddr,
    runtime: Runtime,
    connection: Option<http2::SendRequest<Full<Bytes>>>,
}

/// A response with what gRPC makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrpcResponse {
    /// `grpc-status`, from the trailers or, if there are none, from the headers. Absent if the
    /// answer is not gRPC.
    pub grpc_status: Option<u32>,
    /// `grpc-message`, percent-encoded as it came.
    pub grpc_message: Option<String>,
    /// The response; its body is the first message without its prefix, or as it came if it is not
    /// a gRPC message.
    pub response: Response,
}

impl GrpcClient {
    /// A client of the server at `address`; connects with the first request.
    ///
    /// # Errors
    ///
    /// There is no runtime to be had.
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            address,
            runtime,
            connection: None,
        })
    }

    /// Sends `request`, whose body is one message, and reads the whole response.
    ///
    /// # Errors
    ///
    /// The server can't be reached, doesn't answer within 20 seconds or doesn't speak HTTP/2.
    pub fn send(&mut self, request: &Request) -> io::Result<GrpcResponse> {
        let request = encode(request)?;
        let Self {
            address,
            runtime,
            connection,
        } = self;
        runtime.block_on(async {
            tokio::time::timeout(TIMEOUT, async {
                let mut sender = match connection.take().filter(|kept| !kept.is_closed()) {
                    Some(kept) => kept,
                    None => connect(*address).await?,
                };
                let response = exchange(&mut sender, request).await?;
                *connection = Some(sender);
                Ok(response)
            })
            .await?
        })
    }
}

/// Prefixes a message as gRPC wants it: not compressed, length.
#[must_use]
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[0], &length.to_be_bytes()[..], message].concat()
}

fn unframe(body: &[u8]) -> Option<&[u8]> {
    let (prefix, rest) = body.split_first_chunk::<5>()?;
    let length = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]);
    rest.get(..length as usize)
}

async fn connect(address: SocketAddr) -> io::Result<http2::SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn exchange(
    sender: &mut http2::SendRequest<Full<Bytes>>,
    request: hyper::Request<Full<Bytes>>,
) -> io::Result<GrpcResponse> {
    sender.ready().await.map_err(io::Error::other)?;
    let response = sender
        .send_request(request)
        .await
        .map_err(io::Error::other)?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?;
    let trailers = body.trailers().cloned().unwrap_or_default();
    let body = body.to_bytes();

    let field = |name: &str| {
        let value = trailers.get(name).or_else(|| head.headers.get(name))?;
        Some(latin1(value.as_bytes()))
    };
    let grpc_status = field("grpc-status").and_then(|status| status.parse().ok());
    let message = grpc_status.and_then(|_| unframe(&body));
    Ok(GrpcResponse {
        grpc_status,
        grpc_message: field("grpc-message"),
        response: Response {
            status: head.status.as_u16(),
            headers: pairs(&head.headers),
            body: message.unwrap_or(&body).to_vec(),
        },
    })
}

fn encode(request: &Request) -> io::Result<hyper::Request<Full<Bytes>>> {
    let mut builder = hyper::Request::builder()
        .method(&*request.method)
        .version(Version::HTTP_2)
        .uri(format!("http://{}{}", request.authority, request.path));
    for (name, value) in &request.headers {
        builder = builder.header(name, &value[..]);
    }
    let is = |wanted: &str| request.headers.iter().any(|(name, _)| name == wanted);
    let body = if is("content-type") {
        request.body.clone()
    } else {
        builder = builder
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        frame(&request.body)
    };
    builder
        .body(Full::new(body.into()))
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

fn pairs(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect()
}
