//! Clients that keep their connections, one for each address and protocol.

use std::{
    collections::{HashMap, hash_map::Entry},
    io,
    net::SocketAddr,
};

use anyhow::{Result, ensure};

use crate::{
    client::{Client, GrpcClient, Message, Request, Response, WebSocket},
    fixture::{Observed, Protocol, Seen},
};

/// Sends requests as fixtures ask for them.
#[derive(Debug, Default)]
pub struct Sender {
    http: HashMap<SocketAddr, Client>,
    http2: HashMap<SocketAddr, GrpcClient>,
}

impl Sender {
    /// Sends `request` to `address`.
    ///
    /// # Errors
    ///
    /// There is no answer.
    pub fn send(
        &mut self,
        address: SocketAddr,
        mut request: Request,
        protocol: Protocol,
    ) -> Result<Observed> {
        match protocol {
            Protocol::Http => Ok((&self.http(address, &request)?).into()),
            Protocol::Grpc | Protocol::H2 => {
                let client = match self.http2.entry(address) {
                    Entry::Occupied(entry) => entry.into_mut(),
                    Entry::Vacant(entry) => entry.insert(GrpcClient::new(address)?),
                };
                if protocol == Protocol::H2 {
                    let kind = ("content-type".into(), b"text/plain".to_vec());
                    request.headers.push(kind);
                }
                Ok((&client.send(&request)?).into())
            }
            Protocol::WebSocket => websocket(address, &request),
        }
    }

    /// Sends `request` over HTTP/1.1, and gives the whole answer.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub fn http(&mut self, address: SocketAddr, request: &Request) -> io::Result<Response> {
        let client = self.http.entry(address);
        let client = client.or_insert_with(|| Client::new(address));
        client.send(request)
    }
}

/// The backend that a text and a binary message came back from, with the status of the handshake.
fn websocket(address: SocketAddr, request: &Request) -> Result<Observed> {
    let (response, socket) = WebSocket::connect(address, request)?;
    let mut observed = Observed::from(&response);
    let Some(mut socket) = socket else {
        return Ok(observed);
    };
    for message in [
        Message::text("Grüße"),
        Message::binary(vec![0, 255, 13, 10]),
    ] {
        socket.send(message.clone())?;
        let answer = socket.receive()?;
        ensure!(answer == message, "{answer:?} came back, not {message:?}");
    }
    let backend = response.header("x-echo-backend").unwrap_or_default();
    observed.seen = Some(Seen {
        backend: backend.parse()?,
        path: request.path.clone(),
        host: request.authority.clone(),
        headers: Vec::new(),
    });
    Ok(observed)
}
