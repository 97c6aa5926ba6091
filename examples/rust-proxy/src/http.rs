//! As much of HTTP/1.1 as the example needs: whole messages, in memory.

use std::io::{BufRead, Read};

use anyhow::{Context, Result, ensure};

/// More than this is no request that the example serves.
const MAX_HEAD: u64 = 64 << 10;
const MAX_BODY: u64 = 16 << 20;

/// A request or a response.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// `GET / HTTP/1.1` or `HTTP/1.1 200 OK`.
    pub start: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Message {
    /// A response without a body.
    pub fn status(status: u32) -> Self {
        Self {
            start: format!("HTTP/1.1 {status} "),
            ..Self::default()
        }
    }

    /// The values of a header.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let headers = self.headers.iter().filter(move |(other, _)| other == name);
        headers.map(|(_, value)| &**value)
    }

    /// The next message of a connection; `None` at its end. The answer to a HEAD request has no body, whatever its
    /// headers say.
    pub fn read(from: &mut impl BufRead, has_no_body: bool) -> Result<Option<Self>> {
        let mut head = from.by_ref().take(MAX_HEAD);
        let start = line(&mut head)?;
        if start.is_empty() {
            return Ok(None);
        }
        let mut message = Self {
            start: String::from_utf8(start)?,
            ..Self::default()
        };
        loop {
            let line = line(&mut head)?;
            if line.is_empty() {
                break;
            }
            let colon = line
                .iter()
                .position(|byte| *byte == b':')
                .context("no header")?;
            let name = std::str::from_utf8(&line[..colon])?.to_ascii_lowercase();
            message
                .headers
                .push((name, line[colon + 1..].trim_ascii().to_vec()));
        }
        let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u64>().ok();
        let length = message.values("content-length").next().and_then(number);
        let is_chunked = message.values("transfer-encoding").next().is_some();
        if is_chunked {
            message.body = chunks(from)?;
            message
                .headers
                .retain(|(name, _)| name != "transfer-encoding");
        } else if let Some(length) = length.filter(|_| !has_no_body) {
            ensure!(length <= MAX_BODY, "the body is too large");
            from.take(length).read_to_end(&mut message.body)?;
        }
        Ok(Some(message))
    }

    /// As it is sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.start).into_bytes();
        let framed = self
            .headers
            .iter()
            .filter(|(name, _)| name != "content-length");
        for (name, value) in framed {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        let has_no_body = self.start.starts_with("HTTP/1.1 204") || self.start.starts_with("GET ");
        if !has_no_body || !self.body.is_empty() {
            bytes.extend(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }
}

/// A line without its end.
fn line(from: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line)?;
    while line
        .last()
        .is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
    {
        line.pop();
    }
    Ok(line)
}

fn chunks(from: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(from)?;
        let size = std::str::from_utf8(&size)?
            .split(';')
            .next()
            .unwrap_or("")
            .trim();
        let size = u64::from_str_radix(size, 16)?;
        ensure!(
            body.len() as u64 + size <= MAX_BODY,
            "the body is too large"
        );
        from.take(size).read_to_end(&mut body)?;
        // The end of the chunk, or of the trailers: the example takes none.
        line(from)?;
        if size == 0 {
            return Ok(body);
        }
    }
}
