//! The headers that Envoy takes off a client's request, changes or adds before any filter sees them.

use gamma_compile::envoy_headers::NOT_OF_CLIENTS;

use crate::request::{HeaderLine, Simulated};

/// What a request has instead of its client's headers.
pub(super) struct AdmittedHeaders {
    /// What is left of the client's.
    pub(super) sent: Vec<HeaderLine>,
    /// What Envoy adds.
    pub(super) added: Vec<HeaderLine>,
    pub(super) scheme: String,
    pub(super) notes: Vec<String>,
}

/// "A proxy or gateway MUST parse a received Connection header field before a message is forwarded and […]
/// remove any header field(s) from the message with the same name" (RFC 9110, 7.6.1), and these as well.
const OF_CONNECTION: [&str; 3] = ["connection", "keep-alive", "proxy-connection"];

/// Stands for the random one that Envoy gives a request.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

impl AdmittedHeaders {
    pub(super) fn of(request: &Simulated) -> Self {
        let upgrades = upgrade(&request.headers).is_some_and(|upgrade| is(upgrade, "websocket"));
        let named: Vec<&[u8]> = if upgrades {
            Vec::new()
        } else {
            tokens(&request.headers, "connection").collect()
        };
        let goes = |name: &str| {
            is_one_of(name, &NOT_OF_CLIENTS)
                || name.eq_ignore_ascii_case("transfer-encoding")
                || (!upgrades && is_one_of(name, &OF_CONNECTION))
                || (!upgrades && name.eq_ignore_ascii_case("upgrade"))
                // A connection can't be asked to keep `te: trailers` for itself.
                || (!name.eq_ignore_ascii_case("te")
                    && named.iter().any(|named| is(named, name)))
        };
        let (mut sent, mut removed) = (Vec::new(), Vec::<&str>::new());
        for header in &request.headers {
            if goes(&header.name) || is_expectation(header) {
                // What is about the connection is for nobody else; that needs no word.
                let is_worth_it = is_one_of(&header.name, &NOT_OF_CLIENTS)
                    || named.iter().any(|named| is(named, &header.name));
                if is_worth_it && !is_one_of(&header.name, &removed) {
                    removed.push(&header.name);
                }
            } else if header.name.eq_ignore_ascii_case("te") {
                if !sent
                    .iter()
                    .any(|sent: &HeaderLine| sent.name.eq_ignore_ascii_case("te"))
                {
                    let asked = trailers(&request.headers);
                    if asked.is_none() {
                        removed.push(&header.name);
                    }
                    sent.extend(asked);
                }
            } else {
                sent.push(header.clone());
            }
        }
        let mut headers = Self {
            notes: notes(&removed),
            scheme: scheme(&sent).unwrap_or(&request.line.scheme).to_owned(),
            sent,
            added: Vec::new(),
        };
        headers.add("x-forwarded-proto", &request.line.scheme);
        headers.add("x-request-id", REQUEST_ID);
        headers
    }

    /// Adds a header where there is none.
    fn add(&mut self, name: &str, value: &str) {
        let mut sent = self.sent.iter();
        if !sent.any(|header| header.name.eq_ignore_ascii_case(name)) {
            self.added.push(HeaderLine {
                name: name.into(),
                value: value.into(),
            });
        }
    }
}

fn notes(removed: &[&str]) -> Vec<String> {
    if removed.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = removed.iter().map(|name| format!("`{name}`")).collect();
    vec![format!(
        "Envoy takes {} off the request before a rule is looked for",
        names.join(", ")
    )]
}

/// What the connection is to be upgraded to, if the client asks for that.
pub(super) fn upgrade(headers: &[HeaderLine]) -> Option<&[u8]> {
    let asks = tokens(headers, "connection").any(|token| is(token, "upgrade"));
    let mut headers = headers.iter();
    let upgrade = headers.find(|header| header.name.eq_ignore_ascii_case("upgrade"))?;
    asks.then_some(&upgrade.value)
}

/// The elements of the lists in the headers of that name.
pub(super) fn tokens<'h>(
    headers: &'h [HeaderLine],
    name: &str,
) -> impl Iterator<Item = &'h [u8]> + use<'h> {
    let name = name.to_owned();
    headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(&name))
        .flat_map(|header| header.value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|token| !token.is_empty())
}

/// Envoy answers `100 Continue` itself.
fn is_expectation(header: &HeaderLine) -> bool {
    header.name.eq_ignore_ascii_case("expect") && is(&header.value, "100-continue")
}

/// Of `te` the element `trailers` stays, and an empty one.
fn trailers(headers: &[HeaderLine]) -> Option<HeaderLine> {
    let mut named = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("te"));
    let asks = tokens(headers, "te").any(|token| token == b"trailers");
    let value: &[u8] = if asks { b"trailers" } else { b"" };
    (asks || named.all(|header| header.value.is_empty())).then(|| HeaderLine {
        name: "te".into(),
        value: value.into(),
    })
}

/// The scheme that a proxy before this one has seen.
fn scheme(headers: &[HeaderLine]) -> Option<&'static str> {
    let mut protos = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("x-forwarded-proto"));
    let (Some(proto), None) = (protos.next(), protos.next()) else {
        return None;
    };
    ["http", "https"]
        .into_iter()
        .find(|scheme| is(&proto.value, scheme))
}

pub(super) fn is(text: &[u8], other: &str) -> bool {
    text.eq_ignore_ascii_case(other.as_bytes())
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| name.eq_ignore_ascii_case(other))
}
