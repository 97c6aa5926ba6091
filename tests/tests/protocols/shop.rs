//! Envoy and backends, shared by the tests that run at the same time.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use futures_util::stream::unfold;
use gamma_compile as compile;
use gamma_testbed::{
    envoy::Options,
    manifests,
    serve::Server,
    stage::{Backends, Stage, wasm},
};
use http_body_util::StreamBody;
use hyper::{
    Response,
    body::{Bytes, Frame},
};
use tokio::sync::{Mutex as AsyncMutex, mpsc};

use crate::talk::Talk;

const SERVICES: [(&str, u16, &str); 6] = [
    ("web", 80, ""),
    ("plain", 80, ""),
    ("h2c", 80, ", appProtocol: kubernetes.io/h2c"),
    ("rooms", 80, ", appProtocol: kubernetes.io/ws"),
    ("events", 80, ""),
    ("talk", 50051, ""),
];

const ROUTES: &str = "---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{group: '', kind: Service, name: web}]
  rules:
    - matches: [{path: {value: /plain}}]
      backendRefs: [{name: plain, port: 80}]
    - matches: [{path: {value: /h2c}}]
      backendRefs: [{name: h2c, port: 80}]
    - matches: [{path: {value: /chat}, headers: [{name: x-room, value: blue}]}]
      backendRefs: [{name: rooms, port: 80}]
    - matches: [{path: {value: /chat}, headers: [{name: x-room, value: red}]}]
      backendRefs: [{name: plain, port: 80}]
    - matches: [{path: {value: /events}}]
      backendRefs: [{name: events, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: talk}
spec:
  parentRefs: [{group: '', kind: Service, name: talk}]
  rules:
    - matches: [{method: {service: talk.Talk}}]
      filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-routed, value: talk}]}}]
      backendRefs: [{name: talk, port: 50051}]
";

/// A stage for all of this directory's tests. Every Service but `events` and `talk` is an echo
/// backend.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) stage: Stage,
    /// What is sent here, the Service `events` says to whoever listens.
    pub(crate) events: mpsc::UnboundedSender<Bytes>,
    /// The gRPC server behind `talk`.
    pub(crate) talk: Talk,
    _backends: Backends,
    _events: Server,
}

impl Shop {
    /// The shop that is open, or a new one. It closes when the last test leaves it.
    pub(crate) fn open() -> Arc<Self> {
        static OPEN: Mutex<Weak<Shop>> = Mutex::new(Weak::new());
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        open.upgrade().unwrap_or_else(|| {
            let shop = Arc::new(Self::start());
            *open = Arc::downgrade(&shop);
            shop
        })
    }

    fn start() -> Self {
        let services = SERVICES.map(|(name, port, more)| {
            format!(
                "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n\
                 spec: {{ports: [{{port: {port}{more}}}]}}\n"
            )
        });
        let manifests = manifests::read(&(services.concat() + ROUTES)).unwrap();
        let mut backends = Backends::start(&manifests).unwrap();
        let talk = Talk::start().unwrap();
        backends.replace("talk", talk.address());
        let (events, heard) = mpsc::unbounded_channel();
        let event_server = serve_events(heard);
        backends.replace("events", event_server.address());
        let stage = Stage::start(
            &backends.manifests,
            &compile::Options::default(),
            &wasm(),
            &Options::default(),
        )
        .unwrap();
        Self {
            stage,
            events,
            talk,
            _backends: backends,
            _events: event_server,
        }
    }

    /// Where requests go.
    pub(crate) fn address(&self) -> SocketAddr {
        self.stage.address()
    }
}

/// Answers every request with a body that never ends: one chunk for each event.
fn serve_events(heard: mpsc::UnboundedReceiver<Bytes>) -> Server {
    let heard = Arc::new(AsyncMutex::new(heard));
    Server::start("events", (Ipv4Addr::LOCALHOST, 0).into(), move |_, _| {
        let events = unfold(Arc::clone(&heard), async |heard| {
            let event = heard.lock().await.recv().await?;
            Some((Ok::<_, Infallible>(Frame::data(event)), heard))
        });
        let response = Response::builder()
            .header("content-type", "text/event-stream")
            .body(StreamBody::new(Box::pin(events)));
        async { response.unwrap() }
    })
    .unwrap()
}
