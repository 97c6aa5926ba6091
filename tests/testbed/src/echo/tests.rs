//! What the echo backend does beyond reporting: resets, streams and WebSockets.

use std::io::Read;

use super::*;
use crate::client::{
    Client, CloseCode, CloseFrame, GrpcClient, Message, Request, WebSocket, stream,
};

fn echo() -> Echo {
    Echo::start(Identity::new("shop", "cart-v2", 8080)).unwrap()
}

#[test]
fn first_attempts_are_reset() {
    let echo = echo();
    let request = Request::get("cart", "/")
        .header("x-request-id", "a")
        .header("x-echo-first", "1")
        .header("x-echo-reset", "1");

    let error = Client::new(echo.address()).send(&request).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    let response = Client::new(echo.address()).send(&request).unwrap();
    assert_eq!(response.echoed().unwrap().version, "HTTP/1.1");
    assert_eq!(echo.received().len(), 2);
    assert_eq!((echo.forget(), echo.forget()), (2, 0));
}

#[test]
fn http2_is_reset_too() {
    let echo = echo();
    let request = Request::get("cart", "/").header("x-echo-reset", "1");
    let mut client = GrpcClient::new(echo.address()).unwrap();
    client.send(&request).unwrap_err();
    let answer = client.send(&Request::get("cart", "/")).unwrap();
    assert_eq!(answer.response.echoed().unwrap().version, "HTTP/2.0");
}

#[test]
fn bodies_are_streamed() {
    let echo = echo();
    let request = Request::new("POST", "cart", "/")
        .header("x-echo-stream", "1")
        .header("content-type", "text/plain");
    let (mut outgoing, mut incoming) = stream(echo.address(), &request).unwrap();
    let head = incoming.head().unwrap();
    assert_eq!(head.status, 200);
    assert_eq!(head.header("x-echo-backend").unwrap(), "shop/cart-v2:8080");
    assert_eq!(head.header("content-type").unwrap(), "text/plain");
    for chunk in [&b"one"[..], b"second"] {
        outgoing.send(chunk).unwrap();
        assert_eq!(incoming.receive(chunk.len()).unwrap(), chunk);
    }
    outgoing.finish().unwrap();
    assert_eq!(incoming.read(&mut [0]).unwrap(), 0);
}

#[test]
fn websockets_hear_themselves() {
    let echo = echo();
    let request = Request::get("cart", "/ws?a");
    let (response, socket) = WebSocket::connect(echo.address(), &request).unwrap();
    assert_eq!(
        response.header("x-echo-backend").unwrap(),
        "shop/cart-v2:8080"
    );
    let mut socket = socket.unwrap();
    for message in [Message::text("ä"), Message::binary(vec![0, 255])] {
        socket.send(message.clone()).unwrap();
        assert_eq!(socket.receive().unwrap(), message);
    }
    let goodbye = CloseFrame {
        code: CloseCode::Normal,
        reason: "bye".into(),
    };
    assert_eq!(socket.close(goodbye.clone()).unwrap(), Some(goodbye));
    assert_eq!(echo.received()[0].path, "/ws?a");
}
