//! HTTP/1.1 whose bodies go piece by piece, so that a test can hold a conversation.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
};

use super::{
    Request, Response,
    http1::{chunk_size, connect, head, line, malformed, read_head},
};

/// The body of a request that is being sent.
#[derive(Debug)]
pub struct Outgoing(TcpStream);

/// The body of a response that is being received, as a [`Read`] without its chunks.
#[derive(Debug)]
pub struct Incoming {
    connection: BufReader<TcpStream>,
    /// Of the current chunk.
    left: u64,
    ended: bool,
}

/// Sends the head of `request` to `address`; the body, always chunked, is up to the caller. The
/// two halves are independent: a thread can send while another one receives.
///
/// # Errors
///
/// The server can't be reached.
pub fn stream(address: SocketAddr, request: &Request) -> io::Result<(Outgoing, Incoming)> {
    let connection = connect(address)?;
    let mut outgoing = connection.get_ref().try_clone()?;
    let framing = b"transfer-encoding: chunked\r\n\r\n";
    outgoing.write_all(&[&head(request), &framing[..]].concat())?;
    let incoming = Incoming {
        connection,
        left: 0,
        ended: false,
    };
    Ok((Outgoing(outgoing), incoming))
}

impl Outgoing {
    /// Sends one chunk, which must not be empty.
    ///
    /// # Errors
    ///
    /// The server went away or took nothing for 20 seconds.
    pub fn send(&mut self, chunk: &[u8]) -> io::Result<()> {
        let size = format!("{:x}\r\n", chunk.len());
        self.0
            .write_all(&[size.as_bytes(), chunk, b"\r\n"].concat())
    }

    /// Ends the body.
    ///
    /// # Errors
    ///
    /// The server went away.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.write_all(b"0\r\n\r\n")
    }
}

impl Incoming {
    /// The response up to its body, which must be chunked. To be called once, before anything is
    /// read.
    ///
    /// # Errors
    ///
    /// It doesn't come within 20 seconds, or is none.
    pub fn head(&mut self) -> io::Result<Response> {
        let response = read_head(&mut self.connection)?;
        let coding = response.header("transfer-encoding");
        if !coding.is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return Err(malformed("body: not chunked"));
        }
        Ok(response)
    }

    /// Waits for `length` bytes, however many chunks they are.
    ///
    /// # Errors
    ///
    /// They don't come within 20 seconds, or the body ends.
    pub fn receive(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.ended {
            self.left = chunk_size(&mut self.connection)?;
            self.ended = self.left == 0;
        }
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let here = self.connection.fill_buf()?;
        if here.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let count = here.len().min(buffer.len()).min(left);
        buffer[..count].copy_from_slice(&here[..count]);
        self.connection.consume(count);
        self.left -= count as u64;
        if self.left == 0 {
            line(&mut self.connection)?;
        }
        Ok(count)
    }
}
