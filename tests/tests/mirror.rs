//! RequestMirror: copies arrive, whole and marked as the user expects, and never harm the request.

use std::time::{Duration, Instant};

use gamma_compile as compile;
use gamma_testbed::{
    client::{Client, Request},
    echo::Echoed,
    envoy::Options,
    manifests::{http_route, read, services},
    stage::{Backends, Stage, wasm},
};

const RULES: &str = "
    - matches: [{path: {value: /all}}]
      filters:
        - {type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}}}
        - {type: RequestMirror, requestMirror: {backendRef: {name: v3, port: 80}}}
        - {type: RequestMirror, requestMirror: {backendRef: {name: nowhere, port: 80}}}
        - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-set, value: both}]}}
      backendRefs: [{name: v1, port: 80}]
    - matches: [{path: {value: /percent}}]
      filters: [{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, percent: 20}}]
      backendRefs: [{name: v1, port: 80}]
    - matches: [{path: {value: /fraction}}]
      filters: [{type: RequestMirror, requestMirror: {backendRef: {name: v3, port: 80}, fraction: {numerator: 1, denominator: 3}}}]
      backendRefs: [{name: v1, port: 80}]
";

struct Shop {
    stage: Stage,
    backends: Backends,
}

impl Shop {
    fn open() -> Self {
        let text = services(&["cart", "v1", "v2", "v3"]) + &http_route("cart", RULES);
        let manifests = read(&text).unwrap();
        let backends = Backends::start(&manifests).unwrap();
        let options = compile::Options::default();
        let stage =
            Stage::start(&backends.manifests, &options, &wasm(), &Options::default()).unwrap();
        Self { stage, backends }
    }

    /// What a backend has received, once no request is under way.
    fn received(&self, service: &str) -> Vec<Echoed> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let active = |stats: &str| {
            stats
                .lines()
                .filter_map(|line| line.rsplit_once(": "))
                .any(|(_, value)| value != "0")
        };
        while active(
            &self
                .stage
                .envoy()
                .admin_get("/stats?filter=upstream_rq_active")
                .unwrap(),
        ) {
            assert!(Instant::now() < deadline, "requests never end");
        }
        let mut echoes = self.backends.echoes.iter();
        let echo = echoes
            .find(|echo| echo.identity().service == service)
            .unwrap();
        echo.received()
    }
}

#[test]
fn copies_are_whole_and_the_request_is_served() {
    let shop = Shop::open();
    let mut request = Request::new("POST", "cart", "/all?q=1").header("x-gamma-mirror-0", "forged");
    request.body = b"body".to_vec();
    let response = Client::new(shop.stage.address()).send(&request).unwrap();
    assert_eq!(response.echoed().unwrap().identity().service, "v1");

    for service in ["v2", "v3"] {
        let received = shop.received(service);
        let [copy] = received.as_slice() else {
            panic!("{service}: {received:?}");
        };
        assert_eq!(
            (copy.method.as_str(), copy.path.as_str()),
            ("POST", "/all?q=1")
        );
        // Not `cart-shadow`.
        assert_eq!(copy.host, "cart");
        assert_eq!(copy.body, "body");
        assert_eq!(copy.header("x-set").collect::<Vec<_>>(), ["both"]);
        let ours = copy
            .headers
            .iter()
            .find(|(name, _)| name.starts_with("x-gamma-"));
        assert_eq!(ours, None);
    }
    assert_eq!(shop.received("v1").len(), 1);
}

#[test]
fn percent_and_fraction_are_shares_of_the_requests() {
    const REQUESTS: usize = 2000;
    let shop = Shop::open();
    let mut client = Client::new(shop.stage.address());
    for (path, mirror, share) in [("/percent", "v2", 0.2), ("/fraction", "v3", 1.0 / 3.0)] {
        for _ in 0..REQUESTS {
            assert_eq!(
                client.send(&Request::get("cart", path)).unwrap().status,
                200
            );
        }
        let copies = shop.received(mirror).len() as f64;
        let total = REQUESTS as f64;
        // Five standard deviations: a correct filter fails less than once in a million runs.
        let tolerance = 5.0 * (total * share * (1.0 - share)).sqrt();
        assert!(
            (copies - total * share).abs() < tolerance,
            "{path}: {copies} of {total}"
        );
    }
    assert_eq!(shop.received("v1").len(), 2 * REQUESTS);
}
