//! Rules, each with a fault behind it, and one that has none.

use std::{fmt::Write as _, net::SocketAddr};

use gamma_compile::Options;
use gamma_testbed::{
    echo::{Echo, Identity},
    envoy,
    manifests::{self, http_route},
    ports::Port,
    stage::{Stage, wasm},
};

use crate::backend::{BadBackend, Fault};

const FAULTS: [(&str, Fault); 7] = [
    ("hang", Fault::Hang),
    ("early", Fault::CloseEarly),
    ("garbage", Fault::Garbage),
    ("cut", Fault::CutBody),
    ("reset", Fault::ResetBody),
    ("half-head", Fault::HalfHead),
    ("many-headers", Fault::ManyHeaders),
];

/// A rule: its name, which is its path too, and the rest.
const RULES: [(&str, &str); 15] = [
    ("good", "backendRefs: [{name: good, port: 80}]"),
    ("dead", "backendRefs: [{name: dead, port: 80}]"),
    (
        "split",
        "backendRefs: [{name: good, port: 80, weight: 1}, {name: dead, port: 80, weight: 1}]",
    ),
    ("half", "backendRefs: [{name: half, port: 80}]"),
    (
        "half-retried",
        "retry: {attempts: 3}, backendRefs: [{name: half, port: 80}]",
    ),
    (
        "hang",
        "timeouts: {request: 300ms}, backendRefs: [{name: hang, port: 80}]",
    ),
    (
        "hang-retried",
        "timeouts: {backendRequest: 1s}, retry: {attempts: 2}, backendRefs: [{name: hang, port: 80}]",
    ),
    ("hang-for-ever", "backendRefs: [{name: hang, port: 80}]"),
    ("early", "backendRefs: [{name: early, port: 80}]"),
    (
        "early-retried",
        "retry: {attempts: 2}, backendRefs: [{name: early, port: 80}]",
    ),
    ("garbage", "backendRefs: [{name: garbage, port: 80}]"),
    ("cut", "backendRefs: [{name: cut, port: 80}]"),
    ("reset", "backendRefs: [{name: reset, port: 80}]"),
    ("half-head", "backendRefs: [{name: half-head, port: 80}]"),
    (
        "many-headers",
        "backendRefs: [{name: many-headers, port: 80}]",
    ),
];

/// Services that get copies.
const MIRRORS: [&str; 2] = ["dead", "hang"];

/// Services that are asked whether a request may go on.
pub(crate) const AUTHORITIES: [&str; 6] = ["dead", "hang", "early", "garbage", "cut", "reset"];

/// An Envoy in front of all of it.
pub(crate) struct World {
    pub(crate) stage: Stage,
    pub(crate) good: Echo,
    bad: Vec<(&'static str, BadBackend)>,
    /// Nobody listens there.
    _dead: Port,
}

impl World {
    pub(crate) fn start() -> Self {
        let good = Echo::start(Identity::new("default", "good", 80)).unwrap();
        let dead = Port::reserve().unwrap();
        let bad: Vec<_> = FAULTS
            .map(|(name, fault)| (name, BadBackend::start(fault).unwrap()))
            .into();
        let mut text = service("cart", &[])
            + &service("good", &[good.address()])
            + &service("dead", &[dead.address()])
            + &service("half", &[dead.address(), good.address()]);
        for (name, backend) in &bad {
            text += &service(name, &[backend.address()]);
        }
        let (ordinary, asked) = (RULES.as_slice(), AUTHORITIES.map(asked));
        text += &http_route("cart", &rules(ordinary.iter().copied()));
        for (route, more) in [("copied", &MIRRORS.map(copied)[..]), ("asked", &asked)] {
            let more = more.iter().map(|(name, rest)| (&**name, &**rest));
            text += &http_route(route, &rules(more));
        }
        let options = Options {
            response_metrics: true,
            ..Options::default()
        };
        let manifests = manifests::read(&text).unwrap();
        let envoy = envoy::Options {
            concurrency: 2,
            ..envoy::Options::default()
        };
        let stage = Stage::start(&manifests, &options, &wasm(), &envoy).unwrap();
        Self {
            stage,
            good,
            bad,
            _dead: dead,
        }
    }

    /// How many requests the bad backend `name` has got.
    pub(crate) fn requests(&self, name: &str) -> usize {
        let found = self.bad.iter().find(|(of, _)| *of == name);
        found.map_or(0, |(_, backend)| backend.requests())
    }
}

/// A rule whose requests go to the Service `mirror` as well.
fn copied(mirror: &str) -> (String, String) {
    let rest = format!(
        "filters: [{{type: RequestMirror, requestMirror: {{backendRef: {{name: {mirror}, port: 80}}}}}}], \
         backendRefs: [{{name: good, port: 80}}]"
    );
    (format!("mirror-{mirror}"), rest)
}

/// A rule whose requests wait for the Service `authority`.
fn asked(authority: &str) -> (String, String) {
    let rest = format!(
        "timeouts: {{request: 500ms}}, filters: [{{type: ExternalAuth, externalAuth: {{protocol: HTTP, \
         backendRef: {{name: {authority}, port: 80}}, http: {{}}}}}}], backendRefs: [{{name: good, port: 80}}]"
    );
    (format!("auth-{authority}"), rest)
}

fn rules<'a>(rules: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    rules
        .map(|(name, rest)| {
            format!("    - {{name: {name}, matches: [{{path: {{type: Exact, value: /{name}}}}}], {rest}}}\n")
        })
        .collect()
}

/// A Service that is served at `addresses`.
pub(crate) fn service(name: &str, addresses: &[SocketAddr]) -> String {
    let mut text = format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n\
         spec: {{ports: [{{port: 80, name: http}}]}}\n"
    );
    for (i, address) in addresses.iter().enumerate() {
        let _ = write!(
            text,
            "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
             metadata: {{name: {name}-{i}, labels: {{kubernetes.io/service-name: {name}}}}}\n\
             addressType: IPv4\nports: [{{name: http, port: {}}}]\nendpoints: [{{addresses: [{}]}}]\n",
            address.port(),
            address.ip()
        );
    }
    text
}
