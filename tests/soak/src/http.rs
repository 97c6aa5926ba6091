//! HTTP/1.1 messages as they arrive, from Envoy at a client and at a backend.

use anyhow::{Result, ensure};
use gamma_testbed::{
    client::{Response, latin1},
    echo::{Echoed, Identity},
};

/// As many headers as a message may have here.
const MAX_HEADERS: usize = 64;

/// An answer that is all there.
pub(crate) struct Arrived {
    pub(crate) response: Response,
    /// Bytes of it.
    pub(crate) length: usize,
    /// Whether Envoy closes the connection behind it.
    pub(crate) closes: bool,
}

impl Arrived {
    /// `None` if it is not all there yet.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head) = parsed.parse(bytes)? else {
            return Ok(None);
        };
        let is_chunked = header(parsed.headers, "transfer-encoding").is_some();
        ensure!(!is_chunked, "an answer in chunks");
        let end = head + content_length(parsed.headers)?;
        if bytes.len() < end {
            return Ok(None);
        }
        let closes = header(parsed.headers, "connection") == Some(b"close");
        Ok(Some(Self {
            response: Response {
                status: parsed.code.unwrap_or(0),
                headers: parsed
                    .headers
                    .iter()
                    .map(|header| (header.name.to_ascii_lowercase(), header.value.to_vec()))
                    .collect(),
                body: bytes[head..end].to_vec(),
            },
            length: end,
            closes,
        }))
    }
}

/// What a backend sees of a request that is all there, and the bytes of it; `None` if it is not.
pub(crate) fn request(identity: &Identity, bytes: &[u8]) -> Result<Option<(Echoed, usize)>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes)? else {
        return Ok(None);
    };
    let is_chunked = header(parsed.headers, "transfer-encoding").is_some();
    let (body, end) = if is_chunked {
        // Envoy sends nothing behind it before it has the answer.
        const LAST: &[u8] = b"0\r\n\r\n";
        if !bytes.ends_with(LAST) {
            return Ok(None);
        }
        (head..bytes.len(), bytes.len())
    } else {
        let end = head + content_length(parsed.headers)?;
        (head..end, end)
    };
    let Some(body) = bytes.get(body) else {
        return Ok(None);
    };
    let headers = parsed.headers.iter();
    let echoed = Echoed {
        backend: identity.service.clone(),
        namespace: identity.namespace.clone(),
        port: identity.port,
        version: "HTTP/1.1".into(),
        method: parsed.method.unwrap_or_default().into(),
        path: parsed.path.unwrap_or_default().into(),
        host: header(parsed.headers, "host")
            .map(latin1)
            .unwrap_or_default(),
        headers: headers
            .map(|header| (header.name.to_ascii_lowercase(), latin1(header.value)))
            .collect(),
        body: latin1(body),
    };
    Ok(Some((echoed, end)))
}

fn header<'h>(headers: &[httparse::Header<'h>], name: &str) -> Option<&'h [u8]> {
    let mut found = headers.iter();
    let found = found.find(|header| header.name.eq_ignore_ascii_case(name))?;
    Some(found.value)
}

fn content_length(headers: &[httparse::Header<'_>]) -> Result<usize> {
    header(headers, "content-length")
        .map_or(Ok(0), |value| Ok(std::str::from_utf8(value)?.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_counts_once_it_is_whole() {
        let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nokHTTP";
        let whole = answer.len() - "HTTP".len();
        for length in 0..whole {
            assert!(Arrived::parse(&answer[..length]).unwrap().is_none());
        }
        let arrived = Arrived::parse(answer).unwrap().unwrap();
        assert_eq!((arrived.length, arrived.closes), (whole, true));
        assert_eq!(arrived.response.body, b"ok");

        let identity = Identity::new("shop", "v1", 80);
        let asked = b"POST /a HTTP/1.1\r\nHost: cart\r\ncontent-length: 3\r\n\r\nabcGET";
        let whole = asked.len() - "GET".len();
        for length in 0..whole {
            assert!(request(&identity, &asked[..length]).unwrap().is_none());
        }
        let (echoed, length) = request(&identity, asked).unwrap().unwrap();
        assert_eq!(length, whole);
        assert_eq!((&*echoed.host, &*echoed.body), ("cart", "abc"));
    }
}
