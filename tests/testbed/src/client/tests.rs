//! The clients against the echo backend.

use super::*;
use crate::echo::{Echo, Identity};

fn echo() -> Echo {
    Echo::start(Identity::new("shop", "cart-v2", 8080)).unwrap()
}

#[test]
fn http1_sends_and_reports_everything_as_it_is() {
    let echo = echo();
    let mut client = Client::new(echo.address());
    let request = Request::new("PATCH", "cart.shop:81", "//a/%2e/b{c}?x=1&x=%20")
        .header("X-Twice", "one")
        .header("x-twice", "two")
        .header("x-bytes", b"a\xff\x80".to_vec());

    let response = client.send(&request).unwrap();

    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type").unwrap(), "application/json");
    let echoed = response.echoed().unwrap();
    assert_eq!(echoed.identity(), *echo.identity());
    assert_eq!(echoed.method, "PATCH");
    assert_eq!(echoed.host, "cart.shop:81");
    assert_eq!(echoed.path, "//a/%2e/b{c}?x=1&x=%20");
    assert_eq!(echoed.header("x-twice").collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(echoed.header("x-bytes").next(), Some("a\u{ff}\u{80}"));
}

#[test]
fn the_request_steers_the_echo() {
    let echo = echo();
    let request = Request::get("cart", "/")
        .header("x-echo-status", "503")
        .header("x-echo-set-header", "x-a: 1")
        .header("x-echo-set-header", "x-a:2")
        .header("x-echo-delay-ms", "1");

    let response = Client::new(echo.address()).send(&request).unwrap();

    assert_eq!(response.status, 503);
    let added: Vec<_> = response
        .headers
        .iter()
        .filter(|(n, _)| n == "x-a")
        .collect();
    assert_eq!(added.len(), 2);
    assert_eq!(added[1].1, b"2");
}

#[test]
fn http1_reuses_and_renews_its_connection() {
    let first = echo();
    let address = first.address();
    let mut client = Client::new(address);
    let mut post = Request::new("POST", "cart", "/");
    post.body = b"a body".to_vec();
    for _ in 0..1000 {
        assert_eq!(client.send(&post).unwrap().status, 200);
    }
    assert_eq!(
        client
            .send(&Request::new("HEAD", "cart", "/"))
            .unwrap()
            .body,
        b""
    );

    drop(first);
    let _second = Echo::start_at(Identity::new("shop", "cart-v3", 80), address).unwrap();

    let echoed = client.send(&post).unwrap().echoed().unwrap();
    assert_eq!(echoed.backend, "cart-v3");
}

#[test]
fn grpc_reads_message_and_trailers() {
    let echo = echo();
    let mut client = GrpcClient::new(echo.address()).unwrap();
    let mut call = Request::new("POST", "cart.shop:81", "/shop.Cart/Add").header("x-k", "v");
    call.body = b"message".to_vec();

    for _ in 0..2 {
        let answer = client.send(&call).unwrap();
        assert_eq!((answer.grpc_status, answer.grpc_message), (Some(0), None));
        let echoed = answer.response.echoed().unwrap();
        assert_eq!(echoed.host, "cart.shop:81");
        assert_eq!(echoed.path, "/shop.Cart/Add");
        assert_eq!(echoed.header("te").next(), Some("trailers"));
        assert_eq!(echoed.header("x-k").next(), Some("v"));
    }
}

#[test]
fn http2_without_grpc() {
    let echo = echo();
    let request = Request::get("cart", "/x?y").header("content-type", "text/plain");

    let answer = GrpcClient::new(echo.address())
        .unwrap()
        .send(&request)
        .unwrap();

    assert_eq!(answer.grpc_status, None);
    assert_eq!(answer.response.echoed().unwrap().path, "/x?y");
}

#[test]
fn latin1_keeps_every_byte() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(latin1_bytes(&latin1(&all)).unwrap(), all);
    assert_eq!(latin1_bytes("€"), None);
}
