//! The configs whose cost is measured: what each has that its fellow does not.

use crate::{
    http::Prepared,
    routes::{Shape, backend, path, request},
};

/// Sent with every request here, so that the requests with and without a feature are the same.
const EXTRA: &str = "x-version: 2\r\norigin: http://a.example\r\n";
const QUERY: &str = "?page=2";

/// A config.
#[derive(Debug, Clone, Copy)]
pub(super) struct Config {
    pub(super) name: &'static str,
    pub(super) shape: fn(Shape) -> Shape,
    pub(super) flags: &'static [&'static str],
    pub(super) change: Change,
    pub(super) asked: Asked,
}

/// What is changed in what `gammactl envoy` wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    KeepAccessLog,
    /// Listens on a port that the Service has too, with the listener's address as its cluster IP.
    ClusterIp,
}

/// What the requests ask for, and get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    TheRoutesBackend,
    AnyBackend,
    Status(u16),
    /// A path without a route.
    Nowhere,
}

pub(super) const PLAIN: Config = Config {
    name: "a plain forward",
    shape: |shape| shape,
    flags: &[],
    change: Change::Nothing,
    asked: Asked::TheRoutesBackend,
};

/// A rule's filters or other parts.
macro_rules! rule {
    ($name:literal, $yaml:literal) => {
        Config {
            name: $name,
            shape: |shape| Shape {
                rule: concat!(", ", $yaml),
                ..shape
            },
            ..PLAIN
        }
    };
}

/// A part of every match.
macro_rules! predicate {
    ($name:literal, $yaml:literal) => {
        Config {
            name: $name,
            shape: |shape| Shape {
                predicate: concat!(", ", $yaml),
                ..shape
            },
            ..PLAIN
        }
    };
}

/// What each costs beside [`PLAIN`].
pub(super) const FEATURES: [Config; 17] = [
    predicate!("header match", "headers: [{name: x-version, value: '2'}]"),
    predicate!(
        "header match, regular expression",
        "headers: [{name: x-version, type: RegularExpression, value: '[0-9]+'}]"
    ),
    predicate!(
        "query parameter match",
        "queryParams: [{name: page, value: '2'}]"
    ),
    predicate!("method match", "method: GET"),
    Config {
        name: "path by regular expression",
        shape: |shape| Shape {
            path_type: "RegularExpression",
            path_suffix: "(/[0-9]+)?",
            ..shape
        },
        ..PLAIN
    },
    Config {
        name: "destination address, for Services with a cluster IP",
        change: Change::ClusterIp,
        ..PLAIN
    },
    rule!(
        "RequestHeaderModifier, one header",
        "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-a, value: b}]}}]"
    ),
    rule!(
        "ResponseHeaderModifier, one header",
        "filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-a, value: b}]}}]"
    ),
    rule!(
        "URLRewrite, prefix",
        "filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}}}]"
    ),
    rule!(
        "URLRewrite, hostname",
        "filters: [{type: URLRewrite, urlRewrite: {hostname: b.example}}]"
    ),
    rule!(
        "RequestMirror, with the copy that Envoy sends",
        "filters: [{type: RequestMirror, requestMirror: {backendRef: {name: backend-0, port: 80}}}]"
    ),
    rule!(
        "CORS, a simple request",
        "filters: [{type: CORS, cors: {allowOrigins: ['http://a.example']}}]"
    ),
    rule!("timeouts", "timeouts: {request: 10s}"),
    rule!("retry", "retry: {codes: [503], attempts: 2}"),
    rule!(
        "session persistence, the first request of a session",
        "sessionPersistence: {sessionName: s}"
    ),
    Config {
        asked: Asked::AnyBackend,
        ..rule!(
            "a second backend, by weight",
            "backendRefs: [{name: backend-0, port: 80, weight: 1}, {name: backend-1, port: 80, weight: 1}]"
        )
    },
    Config {
        name: "access log as `gammactl envoy` writes it",
        change: Change::KeepAccessLog,
        ..PLAIN
    },
];

/// What [`PLAIN`] has and can do without, and it without that.
pub(super) const EXTRAS: [Config; 3] = [
    Config {
        name: "counters (`--without metrics`)",
        flags: &["--without", "metrics"],
        ..PLAIN
    },
    Config {
        name: "rule for access logs (`--without rule-property`)",
        flags: &["--without", "rule-property"],
        ..PLAIN
    },
    Config {
        name: "both",
        flags: &["--without", "metrics", "rule-property"],
        ..PLAIN
    },
];

/// What Gamma answers by itself; compared with a forward, no backend is asked.
pub(super) const ANSWERS: [Config; 2] = [
    Config {
        shape: |shape| Shape {
            rule: ", filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]",
            backends: false,
            ..shape
        },
        name: "RequestRedirect",
        asked: Asked::Status(302),
        ..PLAIN
    },
    Config {
        name: "no matching rule (404)",
        asked: Asked::Nowhere,
        ..PLAIN
    },
];

/// What pays for what.
pub(super) const REASON: (Config, Config) = (
    Config {
        name: "x-gamma-reason on a 404 (`--without reason-header`)",
        asked: Asked::Nowhere,
        ..PLAIN
    },
    Config {
        flags: &["--without", "reason-header"],
        asked: Asked::Nowhere,
        ..PLAIN
    },
);

/// A request for every route.
pub(super) fn requests(asked: Asked, routes: usize) -> Vec<Prepared> {
    (0..routes)
        .map(|route| {
            let prefix = if asked == Asked::Nowhere {
                "/nowhere"
            } else {
                ""
            };
            let path = format!("{prefix}{}{QUERY}", path(route));
            let mut prepared = request(&path, EXTRA, 200, backend(route));
            match asked {
                Asked::TheRoutesBackend => {}
                Asked::AnyBackend => prepared.backend = None,
                Asked::Status(status) => {
                    prepared.status = status;
                    prepared.backend = None;
                }
                Asked::Nowhere => {
                    prepared.status = 404;
                    prepared.backend = None;
                }
            }
            prepared
        })
        .collect()
}
