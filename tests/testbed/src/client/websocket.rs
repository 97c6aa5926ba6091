//! WebSockets without TLS.

use std::{
    io,
    net::{SocketAddr, TcpStream},
};

use tokio_tungstenite::tungstenite::{
    self, Error, Message,
    handshake::{client::generate_key, derive_accept_key},
    protocol::{CloseFrame, Role},
};

use super::{
    Request, Response,
    http1::{connect, malformed, read, write},
};

/// An open WebSocket.
#[derive(Debug)]
pub struct WebSocket(tungstenite::WebSocket<TcpStream>);

impl WebSocket {
    /// Asks the server at `address` for a WebSocket with `request`, a `GET` to which the headers of
    /// the handshake are added. There is one if the response is 101, and none otherwise.
    ///
    /// # Errors
    ///
    /// The server can't be reached, doesn't answer within 20 seconds or doesn't speak WebSocket.
    pub fn connect(address: SocketAddr, request: &Request) -> io::Result<(Response, Option<Self>)> {
        let key = generate_key();
        let accept = derive_accept_key(key.as_bytes());
        let request = request
            .clone()
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", key);
        let mut connection = connect(address)?;
        write(&mut connection, &request)?;
        let (response, _) = read(&mut connection, &request)?;
        if response.status != 101 {
            return Ok((response, None));
        }
        if response.header("sec-websocket-accept") != Some(accept) {
            return Err(malformed("sec-websocket-accept"));
        }
        let begun = connection.buffer().to_vec();
        let socket = tungstenite::WebSocket::from_partially_read(
            connection.into_inner(),
            begun,
            Role::Client,
            None,
        );
        Ok((response, Some(Self(socket))))
    }

    /// Sends a message.
    ///
    /// # Errors
    ///
    /// The server went away or took nothing for 20 seconds.
    pub fn send(&mut self, message: Message) -> io::Result<()> {
        self.0.send(message).map_err(io::Error::other)
    }

    /// The next message, be it a ping.
    ///
    /// # Errors
    ///
    /// There is none within 20 seconds, or never will be.
    pub fn receive(&mut self) -> io::Result<Message> {
        self.0.read().map_err(io::Error::other)
    }

    /// Says goodbye and waits for the server to say the same and close the connection; what the
    /// server said.
    ///
    /// # Errors
    ///
    /// It doesn't within 20 seconds, or it ends the connection without a word.
    pub fn close(mut self, goodbye: CloseFrame) -> io::Result<Option<CloseFrame>> {
        self.0.close(Some(goodbye)).map_err(io::Error::other)?;
        let mut said = None;
        loop {
            match self.0.read() {
                Ok(Message::Close(frame)) => said = frame,
                Ok(_) => {}
                Err(Error::ConnectionClosed) => return Ok(said),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}
