//! HTTP/1.1 on a plain socket.
//!
//! Written out because libraries normalise: they refuse odd paths, tidy up header names or follow
//! their own idea of `host`, and those are what routing has to be tested with.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use super::{Request, Response, latin1};

/// A test that waits longer than this for one answer has failed.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A client with one connection, which it reuses as long as the server lets it.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// A client of the server at `address`; connects with the first request.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connection: None,
        }
    }

    /// Sends `request` and reads the whole response.
    ///
    /// # Errors
    ///
    /// The server can't be reached, doesn't answer within 20 seconds or doesn't speak HTTP/1.1.
    pub fn send(&mut self, request: &Request) -> io::Result<Response> {
        // A kept connection may have been closed by the server in the meantime. That shows as an
        // error before the first byte of an answer, and only then is it safe to send again.
        if let Some(mut kept) = self.connection.take()
            && write(&mut kept, request).is_ok()
            && kept.fill_buf().is_ok_and(|bytes| !bytes.is_empty())
        {
            return self.receive(kept, request);
        }
        let mut fresh = connect(self.address)?;
        write(&mut fresh, request)?;
        self.receive(fresh, request)
    }

    fn receive(
        &mut self,
        mut connection: BufReader<TcpStream>,
        request: &Request,
    ) -> io::Result<Response> {
        let (response, reusable) = read(&mut connection, request)?;
        self.connection = reusable.then_some(connection);
        Ok(response)
    }
}

/// A fresh connection, none of whose reads and writes can hang for ever.
pub(super) fn connect(address: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    Ok(BufReader::new(stream))
}

/// Request line and headers, up to where further headers or an empty line go.
pub(super) fn head(request: &Request) -> Vec<u8> {
    let Request {
        method,
        authority,
        path,
        headers,
        body: _,
    } = request;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {authority}\r\n").into_bytes();
    for (name, value) in headers {
        head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    head
}

/// Sends the whole of a request.
pub(super) fn write(connection: &mut BufReader<TcpStream>, request: &Request) -> io::Result<()> {
    let Request { body, .. } = request;
    let mut all = head(request);
    if !body.is_empty() {
        all.extend(format!("content-length: {}\r\n", body.len()).into_bytes());
    }
    all.extend(b"\r\n");
    all.extend(body);
    connection.get_mut().write_all(&all)
}

/// Reads the final response up to its body.
pub(super) fn read_head(connection: &mut impl BufRead) -> io::Result<Response> {
    loop {
        let response = Response {
            status: status(&line(connection)?)?,
            headers: headers(connection)?,
            body: Vec::new(),
        };
        // 1xx announces another head, except for a switch of protocols, which is final.
        if !(100..200).contains(&response.status) || response.status == 101 {
            return Ok(response);
        }
    }
}

/// Reads a response; also says whether the connection can be used again.
pub(super) fn read(
    connection: &mut impl BufRead,
    request: &Request,
) -> io::Result<(Response, bool)> {
    let mut response = read_head(connection)?;
    let value = |name: &str| response.header(name);
    let status = response.status;
    let close = value("connection").is_some_and(|v| v.eq_ignore_ascii_case("close"));

    let mut body = Vec::new();
    let mut delimited = true;
    if request.method == "HEAD" || matches!(status, 101 | 204 | 304) {
        // "any response to a HEAD request and any response with a 1xx, 204, or 304 status code is
        // always terminated by the first empty line" (RFC 9112, 6.3)
    } else if value("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
        chunks(connection, &mut body)?;
    } else if let Some(length) = value("content-length") {
        let length = length.parse().map_err(|_| malformed("content-length"))?;
        body.resize(length, 0);
        connection.read_exact(&mut body)?;
    } else {
        connection.read_to_end(&mut body)?;
        delimited = false;
    }
    response.body = body;
    Ok((response, delimited && !close && status != 101))
}

pub(super) fn line(connection: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    connection.read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

fn status(line: &[u8]) -> io::Result<u16> {
    let line = latin1(line);
    let mut words = line.split(' ');
    words
        .next()
        .filter(|version| version.starts_with("HTTP/1."))
        .and_then(|_| words.next()?.parse().ok())
        .ok_or_else(|| malformed("status line"))
}

fn headers(connection: &mut impl BufRead) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut headers = Vec::new();
    loop {
        let line = line(connection)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let colon = line
            .iter()
            .position(|&byte| byte == b':')
            .ok_or_else(|| malformed("header"))?;
        let name = latin1(&line[..colon]).to_ascii_lowercase();
        headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
}

fn chunks(connection: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let size = chunk_size(connection)?;
        if size == 0 {
            return Ok(());
        }
        if connection.take(size).read_to_end(body)? as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line(connection)?;
    }
}

/// Reads what precedes a chunk. A size of 0 is the end of the body, and has been read whole.
pub(super) fn chunk_size(connection: &mut impl BufRead) -> io::Result<u64> {
    let head = latin1(&line(connection)?);
    let digits = head.split(';').next().unwrap_or_default().trim();
    let size = u64::from_str_radix(digits, 16).map_err(|_| malformed("chunk size"))?;
    if size == 0 {
        // Trailers; nobody asks for them over HTTP/1.1.
        headers(connection)?;
    }
    Ok(size)
}

pub(super) fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("malformed {what}"))
}
