//! As much of HTTP/1.1 as a client and a backend need that Envoy is between.

use anyhow::{Result, ensure};

/// A request that was written beforehand, and what it must be answered with.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) bytes: Vec<u8>,
    pub(crate) status: u16,
    /// The backend that has to answer; `None` for any, or none.
    pub(crate) backend: Option<usize>,
}

/// An answer, as much of it as matters.
pub(crate) struct ParsedResponse {
    status: u16,
    backend: Option<usize>,
    /// Bytes of it.
    pub(crate) length: usize,
}

impl ParsedResponse {
    /// `None` if it is not all there yet.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut parsed = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head) = parsed.parse(bytes)? else {
            return Ok(None);
        };
        let number = |name: &str| {
            let header = parsed.headers.iter().find(|h| h.name == name)?;
            std::str::from_utf8(header.value)
                .ok()?
                .parse::<usize>()
                .ok()
        };
        let length = head + number("content-length").unwrap_or(0);
        Ok((bytes.len() >= length).then_some(Self {
            status: parsed.code.unwrap_or(0),
            backend: number("x-backend"),
            length,
        }))
    }

    /// Whether it is what the request has to be answered with.
    pub(crate) fn check(&self, wanted: &Prepared) -> Result<()> {
        ensure!(
            self.status == wanted.status
                && (wanted.backend.is_none() || wanted.backend == self.backend),
            "answered {} by backend {:?} instead of {} by {:?}: {}",
            self.status,
            self.backend,
            wanted.status,
            wanted.backend,
            String::from_utf8_lossy(&wanted.bytes)
        );
        Ok(())
    }
}

/// The length of a request without body, if it is all there.
pub(crate) fn request_length(bytes: &[u8]) -> Result<Option<usize>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    Ok(match httparse::Request::new(&mut headers).parse(bytes)? {
        httparse::Status::Complete(length) => Some(length),
        httparse::Status::Partial => None,
    })
}
