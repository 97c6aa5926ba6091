//! Requests as they are sent.

use gamma_testbed::fixture::{Exchange, to_request};

/// A request in HTTP/1.1, but for the headers of a session.
#[derive(Debug)]
pub(crate) struct WrittenRequest {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl WrittenRequest {
    pub(crate) fn new(exchange: &Exchange) -> Self {
        let request = to_request(&exchange.request, &exchange.headers);
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: {}\r\nuser-agent: soak/1.0\r\naccept: */*\r\n",
            request.method, request.path, request.authority
        )
        .into_bytes();
        for (name, value) in &request.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        let body = exchange.body.clone().into_bytes();
        if !body.is_empty() {
            head.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
        }
        Self { head, body }
    }

    /// All of it, with `line` as one more header.
    pub(crate) fn bytes(&self, line: Option<&str>) -> Vec<u8> {
        let line = line.map(|line| format!("{line}\r\n")).unwrap_or_default();
        [&self.head, line.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// What is no request: Envoy answers by itself, with this status, and closes the connection.
pub(crate) const BROKEN: [(&[u8], u16); 4] = [
    (b"NONSENSE\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET /\xff HTTP/1.1\r\nhost: cart\r\n\r\n", 400),
    (
        b"GET / HTTP/1.1\r\nhost: cart\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        400,
    ),
];
