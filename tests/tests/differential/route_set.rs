//! A set of routes on a Service of its own, and requests to it.

use fastrand::Rng;
use gamma_random::{BACKENDS, FRONTEND, FRONTEND_PORTS, once_in, one_service, pick};
use gamma_testbed::client::Request;
use serde_json::{Value, json};

/// The namespace that the generators know; where a set is among others, its number follows.
const NAMESPACE: &str = "shop";
const SUFFIXES: [&str; 12] = [
    "/", "/b", "/a/b", "x", "//", "/..", "/./a", "%2fb", ";x", "/%2e%2e", ".", "/%",
];
const METHODS: [&str; 4] = ["DELETE", "PATCH", "FOO", "get"];

/// Random routes, and whatever else of a set is drawn.
#[derive(Debug, Clone)]
pub(crate) struct RouteSet {
    pub(crate) routes: Vec<Value>,
    rng: Rng,
}

impl RouteSet {
    /// The set of that number; it and its requests depend on nothing else but the seed.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut rng = Rng::with_seed(seed.rotate_left(32) ^ number);
        Self {
            routes: one_service(&mut rng),
            rng,
        }
    }

    /// The next request, as to the namespace `shop`.
    pub(crate) fn request(&mut self) -> Request {
        let rng = &mut self.rng;
        let random = gamma_random::request(rng, &self.routes);
        let authority = authority(rng);
        let method = match once_in(rng, 16) {
            true => pick(rng, &METHODS).into(),
            false => random.method,
        };
        let (path, query) = match random.path.split_once('?') {
            // No query has a space, however it came to be decoded.
            Some((path, query)) => (path, format!("?{}", query.replace("%20", "%2C"))),
            None => (&*random.path, String::new()),
        };
        let suffix = match once_in(rng, 3) {
            true => pick(rng, &SUFFIXES),
            false => "",
        };
        let mut request = Request::new(method, authority, format!("{path}{suffix}{query}"));
        for (name, value) in random.headers {
            if name != "host" {
                request = request.header(name, value);
            }
        }
        let says_https = |(name, value): &(String, Vec<u8>)| {
            name.eq_ignore_ascii_case("x-forwarded-proto") && value.as_slice() == b"https"
        };
        // "without a port, 80 for http, 443 for https" (semantics.md), which the Service does not have.
        if request.headers.iter().any(says_https) && !request.authority.ends_with('0') {
            request.authority = format!("{}:80", request.authority.trim_end_matches(':'));
        }
        if once_in(rng, 12) {
            let bytes: &[u8] = pick(rng, &[b"\xff", b"\xc3\xa9", b"x\xe2\x82", b"\t x"]);
            request = request.header("x-a", bytes);
        }
        if once_in(rng, 4) {
            let name = pick(rng, &["accept", "Cookie", "cookie", "user-agent"]);
            request = request.header(name, pick(rng, &["x", "http", "https"]));
        }
        for _ in 0..pick(rng, &[0, 0, 1, 2]) {
            let told = pick(
                rng,
                &["X-A: told", "x-b: told", "x-c:", "x-a: s", "server: s"],
            );
            request = request.header("x-echo-set-header", told);
        }
        request
    }
}

/// A spelling of the Service's name.
fn authority(rng: &mut Rng) -> String {
    let suffix = pick(rng, &["", "", "", ".svc", ".svc.cluster.local", "."]);
    let name = pick(rng, &[FRONTEND, FRONTEND, FRONTEND, "CART"]);
    let port = pick(rng, &["", "", "", ":80", ":8080", ":"]);
    format!("{name}.{NAMESPACE}{suffix}{port}")
}

/// The namespace of the set at that place.
pub(crate) fn namespace(place: usize) -> String {
    format!("{NAMESPACE}-{place}")
}

/// The routes in the namespace at that place.
pub(crate) fn placed_routes(routes: &[Value], place: usize) -> Vec<Value> {
    let text = json!(routes).to_string();
    let text = text.replace(NAMESPACE, &namespace(place));
    serde_json::from_str(&text).expect("routes with another namespace")
}

/// The request, to the Service at that place.
pub(crate) fn placed_request(request: &Request, place: usize) -> Request {
    let authority = request.authority.replace(NAMESPACE, &namespace(place));
    Request {
        authority,
        ..request.clone()
    }
}

/// The Services of as many sets.
pub(crate) fn services(places: usize) -> Vec<Value> {
    let ports = FRONTEND_PORTS.map(|port| json!({"name": format!("p{port}"), "port": port}));
    let service = |namespace: &str, name: &str| {
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"ports": ports},
        })
    };
    let frontends = (0..places).map(|place| service(&namespace(place), FRONTEND));
    let backends = BACKENDS.iter().map(|name| service("depot", name));
    frontends.chain(backends).collect()
}
