//! What a proxy makes of a request that the filter let go on: as `docs/hosts.md` configures it.

use gamma_config::wire;
use gamma_interpreter::Headers;
use gamma_testbed::{
    client::{Request, latin1},
    fixture::{Exchange, Protocol},
};

/// A request on its way to a backend.
pub(crate) struct Upstream {
    /// `None`: the proxy's own routes get the request.
    pub(crate) cluster: Option<String>,
    /// Clusters that get copies.
    pub(crate) mirrors: Vec<String>,
    pub(crate) request: Request,
}

impl Upstream {
    /// `hidden` are headers that the host shows to nobody, and sends on.
    pub(crate) fn new(exchange: &Exchange, visible: &Headers, hidden: Headers) -> Self {
        let first = |name: &str| {
            let mut values = visible.iter().filter(|(n, _)| is(n, name));
            let value = values.next().map(|(_, value)| latin1(value));
            value.filter(|value| !value.is_empty())
        };
        let (authority, path) = (
            first(":authority").unwrap_or_default(),
            first(":path").unwrap_or_default(),
        );
        let mut request = Request::new(first(":method").unwrap_or_default(), authority, path);
        let sent = visible.iter().filter(|(name, value)| {
            let name = latin1(name).to_lowercase();
            !name.starts_with(':') && name != "host" && !is_stripped(&name, value)
        });
        request.headers = sent
            .cloned()
            .chain(hidden)
            .map(|(name, value)| (latin1(&name), value))
            .collect();
        // The client that is used adds them.
        for (name, value) in of_protocol(exchange.protocol) {
            let of_client = |(n, v): &(String, Vec<u8>)| n == name && v == value.as_bytes();
            request.headers.retain(|header| !of_client(header));
        }
        Self {
            cluster: first(wire::CLUSTER),
            mirrors: (0..).map_while(|i| first(&wire::mirror(i))).collect(),
            request,
        }
    }
}

/// What a client's protocol adds to a request.
pub(crate) fn of_protocol(protocol: Protocol) -> &'static [(&'static str, &'static str)] {
    match protocol {
        Protocol::Http => &[],
        Protocol::Grpc => &[("content-type", "application/grpc"), ("te", "trailers")],
        Protocol::H2 => &[("content-type", "text/plain")],
        Protocol::WebSocket => &[("connection", "upgrade"), ("upgrade", "websocket")],
    }
}

/// Whether the proxy is configured not to send the header on.
fn is_stripped(name: &str, value: &[u8]) -> bool {
    match name {
        wire::ORIGINAL_PATH => value.is_empty(),
        name => wire::is_owned(name.as_bytes()),
    }
}

fn is(name: &[u8], other: &str) -> bool {
    name.eq_ignore_ascii_case(other.as_bytes())
}

/// A path with query as nginx decodes and normalises it.
pub(crate) fn normalised(path: &str) -> Vec<u8> {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    let decoded = decoded(path.as_bytes());
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in decoded.split(|byte| *byte == b'/').skip(1) {
        match segment {
            b"." | b"" => {}
            b".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let mut path = [b"/", &*segments.join(&b'/')].concat();
    if decoded.ends_with(b"/") && path != b"/" {
        path.push(b'/');
    }
    if let Some(query) = query {
        path.push(b'?');
        path.extend(query.as_bytes());
    }
    path
}

fn decoded(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = path;
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest = &behind[2..];
            }
            None => {
                decoded.push(*first);
                rest = behind;
            }
        }
    }
    decoded
}

#[test]
fn paths_are_normalised_as_nginx_does() {
    for (sent, told) in [
        ("/a%2Fb//c/../d?q=a%20b", "/a/b/d?q=a%20b"),
        ("/", "/"),
        ("/a/", "/a/"),
        ("/a%3Fb", "/a?b"),
        ("/%zz", "/%zz"),
    ] {
        assert_eq!(latin1(&normalised(sent)), told, "{sent}");
    }
}
