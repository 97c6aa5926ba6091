//! The table of headers that Envoy needs, obeys or writes itself after a route has changed a request or
//! a response.
//!
//! [`lint`](crate::lint()) warns of routes that change such a header, and explanations say what becomes of
//! the change. Every row is compared with a running Envoy 1.40, configured as `gammactl envoy` does it.
//! What Envoy does to a client's request before the filter sees it is another matter: `x-request-id` and
//! `x-forwarded-for` reach the backend as the route has left them, and so do `te` and `via`.

use gamma_config::{Duration, Timeouts, wire};

/// Which message a header is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The message from the client to the backend.
    Request,
    /// The message from the backend, or from the proxy itself, to the client.
    Response,
}

/// What a route does to a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeaderEdit {
    /// The route gives the header a value: `set` or `add`.
    Give,
    /// The route takes the header away: `remove`.
    Remove,
}

/// What becomes of a route's change to a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// The change stays as it is.
    Kept,
    /// Envoy obeys the header and does not forward it.
    Consumed,
    /// Envoy writes a value of its own instead.
    Replaced,
    /// Envoy writes a value of its own for rules that limit the time of a request or of its attempts.
    ReplacedUnderTimeouts,
    /// The change stays where the route config is `gammactl`'s, whose route makes it at the end. Elsewhere
    /// Envoy finds no route, and answers 404.
    LeftToRoute,
    /// Nobody corrects it: the message is cut or refused, or the connection ends.
    BreaksMessage,
}

/// A header with which Envoy has plans of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvoyHeader {
    /// The header's name, in lower case.
    pub name: &'static str,
    /// The message that the header is on.
    pub direction: Direction,
    /// The fate of a value that a route gives the header.
    pub given: Fate,
    /// The fate of the header's removal.
    pub removed: Fate,
    /// What Envoy does with the header, as a sentence whose subject is Envoy.
    pub why: &'static str,
}

use Direction::{Request, Response};
use Fate::{BreaksMessage, Consumed, Kept, LeftToRoute, Replaced, ReplacedUnderTimeouts};

const TIMES: &str = "Envoy limits the time of the request by it and does not forward it";
const RETRIES: &str = "Envoy decides by it what is tried again and does not forward it";
const FRAMES: &str = "Envoy writes it for each connection, and leaves one that is there";

/// The table. RFC 9113, 8.2.2, and RFC 9112, 11.2, say what headers of the framing do in the wrong place:
/// a length that does not fit the body lets one message begin inside of another.
pub const ENVOY_HEADERS: [EnvoyHeader; 21] = [
    of_request(wire::TIMEOUT, Consumed, Kept, TIMES),
    of_request(wire::ATTEMPT_TIMEOUT, Consumed, Kept, TIMES),
    of_request("x-envoy-upstream-stream-duration-ms", Consumed, Kept, TIMES),
    of_request(wire::RETRY_ON, Consumed, Kept, RETRIES),
    of_request(wire::RETRY_GRPC_ON, Consumed, Kept, RETRIES),
    of_request(wire::MAX_RETRIES, Consumed, Kept, RETRIES),
    of_request(wire::RETRY_CODES, Consumed, Kept, RETRIES),
    of_request("x-envoy-retriable-header-names", Consumed, Kept, RETRIES),
    of_request("x-envoy-hedge-on-per-try-timeout", Consumed, Kept, RETRIES),
    of_request(
        "x-envoy-upstream-rq-timeout-alt-response",
        Consumed,
        Kept,
        "Envoy answers requests that ran out of time by it and does not forward it",
    ),
    of_request(
        "x-envoy-upstream-alt-stat-name",
        Consumed,
        Kept,
        "Envoy names its counters by it and does not forward it",
    ),
    of_request(
        "x-envoy-expected-rq-timeout-ms",
        ReplacedUnderTimeouts,
        ReplacedUnderTimeouts,
        "Envoy tells the backend in it how long the rule's `timeouts` let it work",
    ),
    of_request(
        "x-forwarded-proto",
        Kept,
        LeftToRoute,
        "Envoy looks up its route by it, and answers 404 to requests without",
    ),
    of_request(
        "host",
        Kept,
        BreaksMessage,
        "Envoy sends the request without a host, and servers of HTTP/1.1 answer 400 to that",
    ),
    of_request("connection", BreaksMessage, Kept, FRAMES),
    of_request("content-length", BreaksMessage, Kept, FRAMES),
    of_request("keep-alive", BreaksMessage, Kept, FRAMES),
    of_request("proxy-connection", BreaksMessage, Kept, FRAMES),
    of_request("transfer-encoding", BreaksMessage, Kept, FRAMES),
    of_request(
        "upgrade",
        BreaksMessage,
        BreaksMessage,
        "Envoy asks the backend by it for another protocol, as WebSockets do",
    ),
    EnvoyHeader {
        name: "date",
        direction: Response,
        given: Kept,
        removed: Replaced,
        why: "Envoy writes the time where there is none",
    },
];

const fn of_request(
    name: &'static str,
    given: Fate,
    removed: Fate,
    why: &'static str,
) -> EnvoyHeader {
    EnvoyHeader {
        name,
        direction: Request,
        given,
        removed,
        why,
    }
}

/// Headers by which a client could steer Envoy, which takes them off a request before any filter sees it: it
/// obeys them from its own filters only.
pub const NOT_OF_CLIENTS: [&str; 17] = [
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-force-trace",
    "x-envoy-hedge-on-per-try-timeout",
    "x-envoy-internal",
    "x-envoy-ip-tags",
    "x-envoy-max-retries",
    "x-envoy-original-url",
    "x-envoy-retriable-header-names",
    "x-envoy-retriable-status-codes",
    "x-envoy-retry-grpc-on",
    "x-envoy-retry-on",
    "x-envoy-upstream-alt-stat-name",
    "x-envoy-upstream-rq-per-try-timeout-ms",
    "x-envoy-upstream-rq-timeout-alt-response",
    "x-envoy-upstream-rq-timeout-ms",
    "x-envoy-upstream-stream-duration-ms",
    "x-forwarded-client-cert",
];

/// What Envoy Gateway calls the path in its access logs: a path that a client has sent.
pub const LOGGED_PATH: &str = "x-envoy-origin-path";

/// The row of the header `name`, in any case.
#[must_use]
pub fn envoy_header(direction: Direction, name: &str) -> Option<&'static EnvoyHeader> {
    ENVOY_HEADERS
        .iter()
        .find(|row| row.direction == direction && row.name.eq_ignore_ascii_case(name))
}

/// Whether the header `name`, in any case, says where a message ends or is about one connection, so that
/// the proxy alone may write it, on requests and on responses.
#[must_use]
pub(crate) fn is_framing(name: &str) -> bool {
    envoy_header(Request, name).is_some_and(|row| row.given == BreaksMessage)
}

impl EnvoyHeader {
    /// What becomes of `edit` by a rule with these `timeouts`.
    #[must_use]
    pub fn fate(&self, edit: HeaderEdit, timeouts: &Timeouts) -> Fate {
        let fate = match edit {
            HeaderEdit::Give => self.given,
            HeaderEdit::Remove => self.removed,
        };
        let limits = |limit: Option<Duration>| limit.is_some_and(|limit| limit.as_millis() > 0);
        match fate {
            ReplacedUnderTimeouts if limits(timeouts.request) => Replaced,
            ReplacedUnderTimeouts if limits(timeouts.backend_request) => Replaced,
            ReplacedUnderTimeouts => Kept,
            fate => fate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_filter_tells_the_proxys_router_is_consumed() {
        for control in wire::CONTROLS {
            let row = envoy_header(Request, control).unwrap();
            assert_eq!(row.given, Consumed, "{control}");
            assert!(envoy_header(Response, control).is_none(), "{control}");
        }
    }

    #[test]
    fn names_are_in_lower_case_and_stand_once() {
        for row in &ENVOY_HEADERS {
            assert_eq!(row.name, row.name.to_ascii_lowercase());
            let upper = row.name.to_ascii_uppercase();
            assert_eq!(envoy_header(row.direction, &upper), Some(row));
        }
    }
}
