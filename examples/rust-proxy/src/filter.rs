//! Gamma's filter in a proxy: what it is told of a request, and what becomes of what it says.
//!
//! The filter answers with headers. `x-gamma-cluster` names the upstream; without it, the request is none of its
//! business. `x-gamma-endpoint` is the address that a session is bound to, `x-gamma-mirror-0` and so on name upstreams
//! that get copies. No `x-gamma-*` header is sent on.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};
use proxy_wasm_host::{
    Engine, HeaderMap, HeaderMapExt, Limits, Module, VecHeaderMap,
    abi::v0_2_1::{
        Access, CalloutId, Callouts, ContextId, Guest, Host, HttpCall, HttpCallRefusal,
        HttpCallResponse, InMemoryStore, Invocation, LocalResponse, LogContext, LogSink,
        PluginConfig, Started, StreamKind, StreamState, VmServices,
        types::{LogLevel, MapType, Status, StreamType},
    },
};

use crate::http::Message;

/// The filter with its configuration.
pub struct Filter {
    guest: Guest,
    root: ContextId,
    calls: Arc<Calls>,
}

/// Sends a request that the filter makes itself to one of the clusters.
pub type Call<'a> = &'a dyn Fn(&str, Message) -> Option<Message>;

impl Filter {
    pub fn load(module: &[u8], config: Vec<u8>) -> Result<Self> {
        let engine = Engine::new()?;
        let module = Module::new(&engine, module)?;
        let calls = Arc::new(Calls::default());
        let services = VmServices::new(Arc::new(Stderr))
            .with_callouts(Arc::clone(&calls) as _)
            .with_shared(Arc::new(InMemoryStore::new()));
        let mut guest = Guest::new(&Host::new(&engine)?, &module, services, &Limits::default())?;
        match guest.start(PluginConfig::new().with_configuration(config))? {
            Started::Serving(root) => Ok(Self { guest, root, calls }),
            Started::Refused { .. } => bail!("the filter refuses its configuration"),
        }
    }

    /// Asks the filter what becomes of a request that came to `local`.
    pub fn begin(
        &mut self,
        pseudo: &[(&str, &str)],
        request: &Message,
        local: SocketAddr,
        call: Call<'_>,
    ) -> Result<Exchange> {
        let pseudo = pseudo
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        // The authority says it already.
        let headers = request.headers.iter().filter(|(name, _)| name != "host");
        let headers = headers.map(|(name, value)| (name.clone().into_bytes(), value.clone()));
        let state = State {
            request: pseudo.chain(headers).collect(),
            properties: HashMap::from([("destination.address".into(), local.to_string().into())]),
            ..State::default()
        };
        let root = self.root;
        let count = u32::try_from(state.request.len())?;
        let (begun, mut state) = self.guest.with(state, |scope| {
            let context = scope.on_context_create(Some(root))?;
            scope.expect_stream_kind(context, StreamKind::Http)?;
            scope.on_request_headers(context, count, request.body.is_empty())?;
            Ok::<_, anyhow::Error>(context)
        });
        let context = begun?;
        // A request waits for whom the filter asks.
        while let Some((callout, cluster, question)) = self.calls.take() {
            let answer = call(&cluster, question);
            let (delivered, after) = self.guest.with(state, |scope| {
                scope.on_http_call_response(context, callout, to_call_response(answer.as_ref()))
            });
            delivered?;
            state = after;
        }
        Ok(Exchange {
            context,
            state,
            method_and_body: (request.start.clone(), request.body.clone()),
        })
    }

    /// Lets the filter change the headers of a response, and ends the request.
    pub fn finish(&mut self, exchange: Exchange, mut response: Message) -> Result<Message> {
        let Exchange {
            context, mut state, ..
        } = exchange;
        let status = response.start.split(' ').nth(1).unwrap_or("500");
        let pseudo = (b":status".to_vec(), status.as_bytes().to_vec());
        let headers = response.headers.iter();
        let headers = headers.map(|(name, value)| (name.clone().into_bytes(), value.clone()));
        state.response = std::iter::once(pseudo).chain(headers).collect();
        let count = u32::try_from(state.response.len())?;
        let (done, state) = self.guest.with(state, |scope| {
            scope.on_response_headers(context, count, response.body.is_empty())?;
            scope.on_done(context)?;
            scope.on_log(context)?;
            scope.on_delete(context)?;
            Ok::<_, anyhow::Error>(())
        });
        done?;
        response.headers = to_headers(&state.response);
        Ok(response)
    }
}

/// A request between its two phases.
pub struct Exchange {
    context: ContextId,
    state: State,
    method_and_body: (String, Vec<u8>),
}

/// What becomes of a request.
pub enum Outcome {
    Answered(Message),
    Forwarded(Upstream),
    PassedThrough,
}

/// Where a request goes.
pub struct Upstream {
    pub cluster: String,
    pub endpoint: Option<SocketAddr>,
    pub copies: Vec<String>,
    pub request: Message,
}

impl Exchange {
    pub fn take_outcome(&mut self) -> Outcome {
        if let Some(answer) = self.state.answer.take() {
            return Outcome::Answered(answer);
        }
        let map = &self.state.request;
        let text = |name: &str| {
            let value = map.get(name.as_bytes())?;
            Some(String::from_utf8_lossy(&value).into_owned())
        };
        let Some(cluster) = text("x-gamma-cluster") else {
            return Outcome::PassedThrough;
        };
        let copies = (0..)
            .map_while(|i| text(&format!("x-gamma-mirror-{i}")))
            .collect();
        let (start, body) = &self.method_and_body;
        let method = start.split(' ').next().unwrap_or_default();
        let path = map.get(b":path").unwrap_or_default().into_owned();
        let mut request = Message {
            start: format!("{method} {} HTTP/1.1", String::from_utf8_lossy(&path)),
            headers: to_headers(map),
            body: body.clone(),
        };
        let host = map.get(b":authority").unwrap_or_default().into_owned();
        request
            .headers
            .retain(|(name, _)| !name.starts_with("x-gamma-"));
        // Words for Envoy's router; a proxy that obeys timeouts and retries reads them here.
        let is_control =
            |name: &str| name.starts_with("x-envoy-") && name != "x-envoy-original-path";
        request.headers.retain(|(name, _)| !is_control(name));
        request.headers.insert(0, ("host".into(), host));
        let endpoint = text("x-gamma-endpoint").and_then(|endpoint| endpoint.parse().ok());
        Outcome::Forwarded(Upstream {
            cluster,
            endpoint,
            copies,
            request,
        })
    }

    /// Says who will answer: a session begins with that endpoint.
    pub fn answered_by(&mut self, endpoint: SocketAddr) {
        let endpoint = endpoint.to_string().into();
        self.state
            .properties
            .insert("upstream.address".into(), endpoint);
    }
}

/// What the filter may see and change of a request.
#[derive(Default)]
struct State {
    request: VecHeaderMap,
    response: VecHeaderMap,
    /// By their path, its parts joined by dots.
    properties: HashMap<String, Vec<u8>>,
    answer: Option<Message>,
}

impl StreamState for State {
    fn header_map(
        &mut self,
        _: Invocation,
        _: Access,
        map: MapType,
    ) -> Result<&mut dyn HeaderMap, Status> {
        match map {
            MapType::HttpRequestHeaders => Ok(&mut self.request),
            MapType::HttpResponseHeaders => Ok(&mut self.response),
            _ => Err(Status::BadArgument),
        }
    }

    fn property(&mut self, _: Invocation, path: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Status> {
        let value = self.properties.get(&dotted(path)).ok_or(Status::NotFound)?;
        out.extend_from_slice(value);
        Ok(())
    }

    fn set_property(&mut self, _: Invocation, path: &[&[u8]], value: &[u8]) -> Result<(), Status> {
        // The rule that won, for an access log.
        self.properties.insert(dotted(path), value.into());
        Ok(())
    }

    fn send_local_response(
        &mut self,
        _: Invocation,
        response: LocalResponse<'_>,
    ) -> Result<(), Status> {
        let headers = response.headers.iter();
        let headers = headers
            .map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), value.to_vec()));
        self.answer = Some(Message {
            start: format!("HTTP/1.1 {} ", response.status_code),
            headers: headers.collect(),
            body: response.body.to_vec(),
        });
        Ok(())
    }

    /// The request goes on as soon as the callback has returned.
    fn continue_stream(&mut self, _: Invocation, _: StreamType) -> Result<(), Status> {
        Ok(())
    }
}

fn dotted(path: &[&[u8]]) -> String {
    String::from_utf8_lossy(&path.join(&b'.')).into_owned()
}

fn to_headers(map: &VecHeaderMap) -> Vec<(String, Vec<u8>)> {
    let pairs = map
        .pairs()
        .into_iter()
        .filter(|(name, _)| !name.starts_with(b":"));
    pairs
        .map(|(name, value)| (String::from_utf8_lossy(&name).into_owned(), value))
        .collect()
}

fn to_call_response(answer: Option<&Message>) -> HttpCallResponse<'_> {
    let Some(answer) = answer else {
        return HttpCallResponse::failed();
    };
    let status = answer.start.split(' ').nth(1).unwrap_or("500");
    let pseudo = (b":status"[..].into(), status.as_bytes().into());
    let headers = answer.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_bytes().into(), value.as_slice().into()));
    let headers = std::iter::once(pseudo).chain(headers).collect();
    HttpCallResponse::received(headers).with_body(answer.body.as_slice())
}

/// Requests that the filter wants made, until they are.
#[derive(Default)]
struct Calls(Mutex<Vec<(CalloutId, String, Message)>>);

impl Calls {
    fn take(&self) -> Option<(CalloutId, String, Message)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

impl Callouts for Calls {
    fn http_call(
        &self,
        _: Invocation,
        callout: CalloutId,
        call: HttpCall<'_>,
    ) -> Result<(), HttpCallRefusal> {
        let question = to_question(&call).map_err(|_| HttpCallRefusal::Failed)?;
        let cluster = String::from_utf8_lossy(&call.upstream).into_owned();
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push((callout, cluster, question));
        Ok(())
    }
}

fn to_question(call: &HttpCall<'_>) -> Result<Message> {
    let mut question = Message::default();
    let mut pseudo = HashMap::new();
    for (name, value) in &call.headers {
        let name = std::str::from_utf8(name)?;
        if name.starts_with(':') {
            pseudo.insert(name, std::str::from_utf8(value)?);
        } else {
            question.headers.push((name.to_owned(), value.to_vec()));
        }
    }
    let of = |name| {
        pseudo
            .get(name)
            .copied()
            .context("a pseudo header is missing")
    };
    question.start = format!("{} {} HTTP/1.1", of(":method")?, of(":path")?);
    question
        .headers
        .insert(0, ("host".into(), of(":authority")?.into()));
    Ok(question)
}

/// The log of the proxy.
struct Stderr;

impl LogSink for Stderr {
    fn log(&self, _: LogContext<'_>, _: LogLevel, message: &[u8]) {
        eprintln!("filter: {}", String::from_utf8_lossy(message));
    }
}
