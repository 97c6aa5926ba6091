//! WebSockets: routed by their handshake, untouched afterwards.

use gamma_testbed::client::{CloseCode, CloseFrame, Message, Request, WebSocket};

use crate::shop::Shop;

/// Path, `x-room`, backend. `rooms` says `appProtocol: kubernetes.io/ws`, `plain` says nothing.
const ROUTED: [(&str, &str, &str); 3] = [
    ("/chat?name=me", "blue", "default/rooms:80"),
    ("/chat", "red", "default/plain:80"),
    ("/plain/chat", "blue", "default/plain:80"),
];

#[test]
fn the_handshake_decides_and_messages_pass() {
    let shop = Shop::open();
    for (path, room, backend) in ROUTED {
        let request = Request::get("web", path).header("x-room", room);
        let (response, socket) = WebSocket::connect(shop.address(), &request).unwrap();
        assert_eq!(response.header("x-echo-backend").as_deref(), Some(backend));
        let mut socket = socket.unwrap();

        let large = (0..1 << 20).map(|i: u32| i.to_le_bytes()[1]);
        let messages = [
            Message::text("Grüße"),
            Message::text(""),
            Message::binary((0..=255).collect::<Vec<u8>>()),
            Message::binary(large.collect::<Vec<u8>>()),
        ];
        for message in messages {
            socket.send(message.clone()).unwrap();
            assert!(socket.receive().unwrap() == message, "{path}");
        }
        socket.send(Message::Ping("are you there?".into())).unwrap();
        let answer = socket.receive().unwrap();
        assert_eq!(answer, Message::Pong("are you there?".into()));

        let goodbye = CloseFrame {
            code: CloseCode::Library(4321),
            reason: "bye".into(),
        };
        assert_eq!(socket.close(goodbye.clone()).unwrap(), Some(goodbye));
    }
}

#[test]
fn without_a_rule_there_is_no_websocket() {
    let shop = Shop::open();
    let no_room = Request::get("web", "/chat");
    let other_room = Request::get("web", "/chat").header("x-room", "green");
    let nowhere = Request::get("web", "/nowhere").header("x-room", "blue");
    for request in [no_room, other_room, nowhere] {
        let (response, socket) = WebSocket::connect(shop.address(), &request).unwrap();
        assert_eq!(response.status, 404, "{request:?}");
        assert!(socket.is_none());
    }
}
