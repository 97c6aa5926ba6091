//! gRPC streams and WebSockets that stay open.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream::unfold;
use gamma_testbed::client::{CloseCode, CloseFrame, Message, Request, WebSocket};
use tokio::{sync::mpsc, time::timeout};
use tonic::{client::Grpc, transport::Endpoint};

use crate::talk::Raw;

/// Between two messages of one stream.
const REST: Duration = Duration::from_millis(100);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Streams at work: each sends a message, waits for the same, rests, and so on.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    stop: Arc<AtomicBool>,
    open: Vec<(String, JoinHandle<Result<usize, String>>)>,
}

impl Streams {
    /// Opens a WebSocket for `path`, which the Service `backend` takes.
    pub(crate) fn websocket(&mut self, address: SocketAddr, path: &str, backend: &str) {
        let (response, socket) = WebSocket::connect(address, &Request::get("front", path)).unwrap();
        let taken_by = response.header("x-echo-backend");
        assert_eq!(
            taken_by,
            Some(format!("default/{backend}:80")),
            "{response:?}"
        );
        let mut socket = socket.unwrap();
        let stop = Arc::clone(&self.stop);
        let talk = move || {
            let mut messages = 0;
            while !stop.load(Ordering::Relaxed) {
                let message = Message::text(messages.to_string());
                socket.send(message.clone()).map_err(|e| e.to_string())?;
                let answer = socket.receive().map_err(|e| e.to_string())?;
                if answer != message {
                    return Err(format!("{answer:?} for {message:?}"));
                }
                messages += 1;
                thread::sleep(REST);
            }
            let goodbye = CloseFrame {
                code: CloseCode::Normal,
                reason: "bye".into(),
            };
            match socket.close(goodbye.clone()) {
                Ok(Some(said)) if said == goodbye => Ok(messages),
                other => Err(format!("at the end: {other:?}")),
            }
        };
        self.open.push((
            format!("WebSocket {} to {backend}", self.open.len()),
            thread::spawn(talk),
        ));
    }

    /// Opens a gRPC stream to the Service `talk`, with a header `x-to`, and waits for the answer to its first message.
    pub(crate) fn grpc(&mut self, address: SocketAddr, to: &'static str) {
        let stop = Arc::clone(&self.stop);
        let (opened, is_open) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(grpc_stream(address, to, &stop, &opened))
        });
        // Where it can't be opened, the thread says why.
        let _ = is_open.recv();
        self.open
            .push((format!("gRPC {} to {to}", self.open.len()), thread));
    }

    /// Ends all streams: how many messages were answered, and what was wrong.
    pub(crate) fn stop(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = (0, Vec::new());
        for (name, thread) in self.open {
            match thread.join().unwrap() {
                Ok(messages) => all.0 += messages,
                Err(error) => all.1.push(format!("{name}: {error}")),
            }
        }
        all
    }
}

async fn grpc_stream(
    address: SocketAddr,
    to: &'static str,
    stop: &AtomicBool,
    opened: &std::sync::mpsc::Sender<()>,
) -> Result<usize, String> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).map_err(said)?;
    let origin = "http://talk:50051".parse().map_err(said)?;
    let channel = endpoint.origin(origin).connect().await.map_err(said)?;
    let mut client = Grpc::new(channel);
    client.ready().await.map_err(said)?;
    let (ask, questions) = mpsc::unbounded_channel::<Bytes>();
    let questions = unfold(questions, async |mut questions| {
        let question = questions.recv().await?;
        Some((question, questions))
    });
    let mut request = tonic::Request::new(questions);
    request
        .metadata_mut()
        .insert("x-to", to.parse().map_err(said)?);
    let method = "/talk.Talk/Echo".parse().map_err(said)?;
    let response = client.streaming(request, method, Raw).await.map_err(said)?;
    let routed = response.metadata().get("x-routed").cloned();
    if routed.as_ref().is_none_or(|routed| routed != to) {
        return Err(format!("routed by {routed:?}"));
    }
    let mut answers = response.into_inner();
    let mut messages = 0;
    while !stop.load(Ordering::Relaxed) {
        let question = Bytes::from(messages.to_string());
        ask.send(question.clone()).map_err(said)?;
        let answer = timeout(PATIENCE, answers.message()).await.map_err(said)?;
        if answer.map_err(said)? != Some(question) {
            return Err(format!("another answer to message {messages}"));
        }
        messages += 1;
        let _ = opened.send(());
        tokio::time::sleep(REST).await;
    }
    drop(ask);
    match timeout(PATIENCE, answers.message()).await.map_err(said)? {
        Ok(None) => Ok(messages),
        other => Err(format!("at the end: {other:?}")),
    }
}

fn said(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}
