//! A gRPC service whose messages are plain bytes: tonic on both sides.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use bytes::{Buf, BufMut, Bytes};
use futures_util::{
    StreamExt,
    future::{Ready, ready},
    stream::{self, BoxStream, once, pending},
};
use gamma_testbed::serve::Server;
use tokio::sync::Notify;
use tonic::{
    Code, Request, Response, Status, Streaming,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{MetadataMap, MetadataValue},
    server::{Grpc, StreamingService},
};

/// A server of `talk.Talk`. To the wire, a unary call is a stream of one message.
///
/// - `Echo`: every message goes back as it came.
/// - `Count`: a message `n` is answered with `n` messages, of `n` bytes.
/// - `Join`: all messages are answered with one.
/// - `Fail`: every message goes back, then there is [`failure`].
/// - `Refuse`: [`failure`] at once.
/// - `Wait`: one message, and then nothing until the client is gone.
///
/// The response header `x-timeout` is the `grpc-timeout` that arrived.
#[derive(Debug)]
pub(crate) struct Talk {
    server: Server,
    /// A call of `Wait` is over.
    pub(crate) gone: Arc<Notify>,
}

impl Talk {
    pub(crate) fn start() -> io::Result<Self> {
        let gone = Arc::new(Notify::new());
        let shared = Arc::clone(&gone);
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let server = Server::start("talk", address, move |request, _| {
            let method = Method {
                name: request
                    .uri()
                    .path()
                    .trim_start_matches("/talk.Talk/")
                    .into(),
                gone: Arc::clone(&shared),
            };
            async { Grpc::new(Raw).streaming(method, request).await }
        })?;
        Ok(Self { server, gone })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }
}

/// An error with everything that an error can have.
pub(crate) fn failure() -> Status {
    let mut metadata = MetadataMap::new();
    metadata.insert("x-reason", MetadataValue::from_static("none left"));
    metadata.insert_bin("x-proof-bin", MetadataValue::from_bytes(&[0, 255, 10]));
    let details = Bytes::from_static(&[8, 8, 18, 0, 255]);
    let message = "größer als 100 %\nof all";
    Status::with_details_and_metadata(Code::ResourceExhausted, message, details, metadata)
}

struct Method {
    name: String,
    gone: Arc<Notify>,
}

type Messages = BoxStream<'static, Result<Bytes, Status>>;

impl StreamingService<Bytes> for Method {
    type Response = Bytes;
    type ResponseStream = Messages;
    type Future = Ready<Result<Response<Messages>, Status>>;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        let timeout = request.metadata().get("grpc-timeout").cloned();
        let messages = request.into_inner();
        let answers: Messages = match &*self.name {
            "Echo" => messages.boxed(),
            "Count" => messages.flat_map(|n| stream::iter(count(n))).boxed(),
            "Join" => once(join(messages)).boxed(),
            "Fail" => messages.chain(once(ready(Err(failure())))).boxed(),
            "Refuse" => return ready(Err(failure())),
            "Wait" => {
                let guard = Guard(Arc::clone(&self.gone));
                once(ready(Ok("wait".into())))
                    .chain(pending())
                    .inspect(move |_| _ = &guard)
                    .boxed()
            }
            name => return ready(Err(Status::unimplemented(name))),
        };
        let mut response = Response::new(answers);
        if let Some(timeout) = timeout {
            response.metadata_mut().insert("x-timeout", timeout);
        }
        ready(Ok(response))
    }
}

fn count(message: Result<Bytes, Status>) -> Vec<Result<Bytes, Status>> {
    let n = message.map(|bytes| String::from_utf8_lossy(&bytes).parse().unwrap_or(0));
    match n {
        Ok(n) => vec![Ok(vec![b'.'; n].into()); n],
        Err(status) => vec![Err(status)],
    }
}

async fn join(mut messages: Streaming<Bytes>) -> Result<Bytes, Status> {
    let mut all = Vec::new();
    while let Some(message) = messages.message().await? {
        all.extend(message);
    }
    Ok(all.into())
}

/// Tells when it is dropped.
struct Guard(Arc<Notify>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Messages without Protocol Buffers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
