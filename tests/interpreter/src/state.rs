//! What the host knows of a request, and what the module told it.

use std::collections::{BTreeSet, HashMap};

use crate::profile::{ENVOY, HostProfile};

/// Names and values in order.
pub type Headers = Vec<(Vec<u8>, Vec<u8>)>;

/// Whose headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Message {
    /// What the client sent.
    Request,
    /// What it gets.
    Response,
}

/// Whose headers can be read and written now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Phase {
    Request,
    Response,
    /// Those of the request, and the answer to a call.
    Answer,
    /// None.
    #[default]
    None,
}

/// An answer that the module gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalReply {
    /// HTTP status.
    pub status: u32,
    /// gRPC status, if it is an answer to a gRPC request.
    pub grpc_status: Option<u32>,
    /// Its headers.
    pub headers: Headers,
    /// Its body.
    pub body: Vec<u8>,
}

/// A request of the module's own to another service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpCall {
    pub(super) number: u32,
    /// The proxy's name of the service.
    pub cluster: String,
    /// Pseudo headers and headers.
    pub headers: Headers,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) profile: HostProfile,
    pub(super) configuration: Vec<u8>,
    pub(super) phase: Phase,
    request: Headers,
    response: Headers,
    pub(super) reply: Option<LocalReply>,
    pub(super) properties: HashMap<String, Vec<u8>>,
    pub(super) counters: Vec<(String, u64)>,
    pub(super) log: Vec<String>,
    /// Host functions called since the last look.
    pub(super) calls: Vec<&'static str>,
    /// Answers that needed memory of the module since the last look.
    pub(super) returned: u32,
    /// Removed from the request, and still sent on.
    pub(super) hidden: Headers,
    /// A call that is not answered yet.
    pub(super) call: Option<HttpCall>,
    pub(super) last_call: u32,
    pub(super) call_answer: Headers,
    pub(super) call_body: Vec<u8>,
    /// Whether the module lets the request go on that it stopped.
    pub(super) resumed: bool,
    pub(super) contexts: BTreeSet<u32>,
    /// A function, and what it answers instead of doing anything.
    pub(super) forced: Option<(&'static str, u32)>,
    /// What every header map looks like.
    pub(super) broken_map: Option<Vec<u8>>,
}

impl Default for State {
    fn default() -> Self {
        Self::new(ENVOY)
    }
}

impl State {
    pub(super) fn new(profile: HostProfile) -> Self {
        Self {
            profile,
            configuration: Vec::new(),
            phase: Phase::None,
            request: Headers::new(),
            response: Headers::new(),
            reply: None,
            properties: HashMap::new(),
            counters: Vec::new(),
            log: Vec::new(),
            calls: Vec::new(),
            returned: 0,
            hidden: Headers::new(),
            call: None,
            last_call: 0,
            call_answer: Headers::new(),
            call_body: Vec::new(),
            resumed: false,
            contexts: BTreeSet::new(),
            forced: None,
            broken_map: None,
        }
    }

    pub(super) fn message(&mut self, message: Message) -> &mut Headers {
        match message {
            Message::Request => &mut self.request,
            Message::Response => &mut self.response,
        }
    }

    /// The headers that the ABI's `map` means, if they can be had now.
    pub(super) fn map(&mut self, map: u32) -> Option<&mut Headers> {
        match (map, self.phase) {
            (0, Phase::Request | Phase::Answer) => Some(&mut self.request),
            (6, Phase::Answer) => Some(&mut self.call_answer),
            (2, Phase::Response) => Some(&mut self.response),
            _ => None,
        }
    }
}

/// The ABI's encoding of a header map: count, lengths of names and values, names and values each
/// with a NUL behind it.
#[must_use]
pub fn encode(headers: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = Vec::new();
    bytes.extend(u32::try_from(headers.len()).unwrap_or(0).to_le_bytes());
    for (name, value) in headers {
        bytes.extend(length(name));
        bytes.extend(length(value));
    }
    for text in headers.iter().flat_map(|(name, value)| [name, value]) {
        bytes.extend(text);
        bytes.push(0);
    }
    bytes
}

/// The reverse; `None` if it is cut short.
pub(super) fn decode(bytes: &[u8]) -> Option<Headers> {
    let word = |at: usize| {
        let word = bytes.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(word)).ok()
    };
    if bytes.is_empty() {
        return Some(Headers::new());
    }
    let count = word(0)?;
    let mut at = 4 + 8 * count;
    let mut headers = Headers::new();
    for i in 0..count {
        let mut text = |length: usize| {
            let text = bytes.get(at..at + length)?.to_vec();
            at += length + 1;
            Some(text)
        };
        headers.push((text(word(4 + 8 * i)?)?, text(word(8 + 8 * i)?)?));
    }
    Some(headers)
}
