//! What is no plain request and response passes through a real Envoy with the filter as it came, in
//! both directions, and nobody holds any of it back: gRPC, HTTP/2, WebSockets and streamed bodies.

mod grpc;
mod http2;
mod shop;
mod streaming;
mod talk;
mod websocket;
