//! Reading and writing of sockets that do not block.

use std::io::{self, Read, Write};

use anyhow::{Result, ensure};
use mio::net::TcpStream;

/// Appends what is there to `into`; returns whether there may be more.
///
/// # Errors
///
/// The socket fails in another way than by a reset, which is an end like any other.
pub fn read(stream: &mut TcpStream, into: &mut Vec<u8>) -> Result<bool> {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(false),
            Ok(length) => into.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writes all of it: a few hundred bytes always fit into a socket's buffer.
///
/// # Errors
///
/// They do not, or the connection is closed.
pub fn write(stream: &mut TcpStream, bytes: &[u8]) -> Result<()> {
    let written = stream.write(bytes)?;
    ensure!(written == bytes.len(), "a full socket");
    Ok(())
}
