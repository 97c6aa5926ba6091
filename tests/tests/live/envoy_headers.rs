//! What the table of headers says that Envoy does, against what a real Envoy does.

use std::net::SocketAddr;

use gamma_compile::{
    self as compile,
    envoy_headers::{Direction, ENVOY_HEADERS, EnvoyHeader, Fate, HeaderEdit},
};
use gamma_config::Timeouts;
use gamma_testbed::{
    client::{Client, Request, Response, WebSocket, latin1},
    envoy::Options,
    manifests,
    stage::{Backends, Stage, wasm},
};

/// What a route writes into headers: a number, which as a limit in milliseconds no request exceeds.
const GIVEN: &str = "7000";
/// What the client or the backend has written there before.
const SENT: &str = "8000";

/// Headers that Envoy writes before the filter sees them, or might be thought to change, and that stay as
/// a route has made them: they need no row.
const LEFT_ALONE: [EnvoyHeader; 9] = [
    left_alone("x-request-id", Direction::Request),
    left_alone("x-forwarded-for", Direction::Request),
    left_alone("te", Direction::Request),
    left_alone("via", Direction::Request),
    left_alone("trailer", Direction::Request),
    left_alone("expect", Direction::Request),
    left_alone("server", Direction::Response),
    left_alone("x-envoy-upstream-service-time", Direction::Response),
    left_alone("x-request-id", Direction::Response),
];

const fn left_alone(name: &'static str, direction: Direction) -> EnvoyHeader {
    EnvoyHeader {
        name,
        direction,
        given: Fate::Kept,
        removed: Fate::Kept,
        why: "",
    }
}

/// One change to one header by a rule of its own.
struct Change {
    row: &'static EnvoyHeader,
    edit: HeaderEdit,
    /// Whether the rule has timeouts.
    limited: bool,
}

/// Every row, changed in every way. What breaks the framing may get no answer, if nothing limits the time.
fn changes() -> Vec<Change> {
    let edits = [HeaderEdit::Give, HeaderEdit::Remove];
    let mut changes = Vec::new();
    for row in ENVOY_HEADERS.iter().chain(&LEFT_ALONE) {
        for edit in edits {
            let breaks = row.fate(edit, &Timeouts::default()) == Fate::BreaksMessage;
            for limited in [false, true]
                .into_iter()
                .filter(|limited| !breaks || *limited)
            {
                changes.push(Change { row, edit, limited });
            }
        }
    }
    changes
}

impl Change {
    fn path(&self) -> String {
        let Self { row, edit, limited } = self;
        format!("/{:?}/{edit:?}/{}/{limited}", row.direction, row.name)
    }

    fn given(&self) -> &'static str {
        match self.row.name {
            // Which Service port a request is for depends on it, too.
            "x-forwarded-proto" => "https",
            "transfer-encoding" => "chunked",
            _ => GIVEN,
        }
    }

    /// The route of its rule.
    fn manifest(&self, number: usize) -> String {
        let (path, name) = (self.path(), self.row.name);
        let kind = format!("{:?}HeaderModifier", self.row.direction);
        let field = kind.replacen('R', "r", 1);
        let edit = match self.edit {
            HeaderEdit::Give => format!("set: [{{name: {name}, value: '{}'}}]", self.given()),
            HeaderEdit::Remove => format!("remove: [{name}]"),
        };
        let timeouts = if self.limited { "{request: 2s}" } else { "{}" };
        let rule = format!(
            "    - matches: [{{path: {{value: {path}}}}}]\n      timeouts: {timeouts}\n      \
             filters: [{{type: {kind}, {field}: {{{edit}}}}}]\n      \
             backendRefs: [{{name: cart, port: 80}}]\n"
        );
        manifests::http_route(&format!("change-{number}"), &rule)
    }

    /// What becomes of the change in a running Envoy, which may be one of several fates.
    fn observe(&self, address: SocketAddr) -> Vec<Fate> {
        let mut request = Request::get("cart", self.path());
        let name = self.row.name;
        if self.row.name == "upgrade" && self.edit == HeaderEdit::Remove {
            let asked = WebSocket::connect(address, &request);
            return match asked {
                Ok((response, _)) if response.status == 101 => vec![Fate::Kept],
                _ => vec![Fate::BreaksMessage],
            };
        }
        if self.row.direction == Direction::Response {
            request = request.header("x-echo-set-header", format!("{name}:{SENT}"));
        } else if self.edit == HeaderEdit::Remove && self.row.given != Fate::BreaksMessage {
            let sent = if name == "x-forwarded-proto" {
                "http"
            } else {
                SENT
            };
            request = request.header(name, sent);
        }
        let Ok(response) = Client::new(address).send(&request) else {
            return vec![Fate::BreaksMessage];
        };
        self.fates(&response)
    }

    fn fates(&self, response: &Response) -> Vec<Fate> {
        let Ok(echoed) = response.echoed() else {
            return vec![Fate::BreaksMessage];
        };
        let name = self.row.name;
        let there: Vec<String> = match self.row.direction {
            Direction::Request => echoed.header(name).map(str::to_owned).collect(),
            Direction::Response => {
                let all = response.headers.iter();
                let named = all.filter(|(other, _)| other == name);
                named.map(|(_, value)| latin1(value)).collect()
            }
        };
        match (self.edit, &*there) {
            (HeaderEdit::Give, [value]) if value == self.given() => {
                // It breaks what comes after it: the backend sees it as it is written.
                vec![Fate::Kept, Fate::BreaksMessage]
            }
            (HeaderEdit::Give, []) => vec![Fate::Consumed],
            (HeaderEdit::Remove, []) => vec![Fate::Kept, Fate::LeftToRoute],
            _ => vec![Fate::Replaced],
        }
    }
}

#[test]
fn envoy_does_to_headers_what_the_table_says() {
    let changes = changes();
    let mut text = manifests::services(&["cart"]);
    for (number, change) in changes.iter().enumerate() {
        text.push_str(&change.manifest(number));
    }
    let manifests = manifests::read(&text).unwrap();
    let backends = Backends::start(&manifests).unwrap();
    let stage = Stage::start(
        &backends.manifests,
        &compile::Options::default(),
        &wasm(),
        &Options::default(),
    )
    .unwrap();
    let mut wrong = Vec::new();
    for change in &changes {
        let limit = gamma_config::Duration::from_millis(2000);
        let timeouts = Timeouts {
            request: change.limited.then_some(limit),
            ..Timeouts::default()
        };
        let expected = change.row.fate(change.edit, &timeouts);
        let observed = change.observe(stage.address());
        if !observed.contains(&expected) {
            wrong.push(format!("{}: {expected:?}, but {observed:?}", change.path()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
