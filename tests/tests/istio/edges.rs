//! What is peculiar to Istio's clusters and routes, and what the EnvoyFilter makes of it: consistent
//! hashes, clusters that are not there, endpoints that are gone, policies on routes of istiod's making.

use std::{collections::HashSet, net::TcpListener, time::Duration};

use gamma_testbed::{
    client::{Client, Request, Response},
    echo::{Echo, Identity},
    manifests,
    stage::Backends,
};
use serde_json::json;

use crate::{
    mesh, objects,
    sidecar::{Sidecar, Special, eventually},
};

const CART: &str = "outbound|80||cart.shop.svc.cluster.local";

fn manifests(rule: &str) -> String {
    format!(
        "
apiVersion: v1
kind: Service
metadata: {{name: cart, namespace: shop}}
spec: {{ports: [{{port: 80}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: copies, namespace: shop}}
spec: {{ports: [{{port: 80}}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: cart, namespace: shop}}
spec:
  parentRefs: [{{group: '', kind: Service, name: cart}}]
  rules:
    - backendRefs: [{{name: cart, port: 80}}]
      {rule}
"
    )
}

/// A sidecar of a client in `shop`, the echo backends behind it, and a client.
struct Edge {
    backends: Backends,
    sidecar: Sidecar,
    client: Client,
}

impl Edge {
    fn start(rule: &str, special: &Special<'_>) -> Self {
        Self::of(&manifests(rule), special)
    }

    fn of(manifests: &str, special: &Special<'_>) -> Self {
        let manifests = manifests::read(manifests).unwrap();
        let backends = Backends::start(&manifests).unwrap();
        let objects = objects(&manifests, &mesh());
        let sidecar = Sidecar::start_in(special, &backends, "shop", &objects);
        let client = Client::new(sidecar.address());
        Self {
            backends,
            sidecar,
            client,
        }
    }

    /// Whether `copies` got a request.
    fn was_copied(&self) -> bool {
        let copies = self.backends.echoes.iter();
        let mut copies = copies.filter(|echo| echo.identity().service == "copies");
        copies.any(|echo| !echo.received().is_empty())
    }

    fn send(&mut self, headers: &[(&str, &str)]) -> Response {
        let request = Request::get("cart", "/");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        self.client.send(&request).unwrap()
    }
}

fn echoes() -> Vec<Echo> {
    let start = |name| Echo::start(Identity::new("shop", name, 80)).unwrap();
    ["a", "b", "c"].into_iter().map(start).collect()
}

fn who(response: &Response) -> String {
    response.echoed().unwrap().backend
}

/// `name=value` of each cookie that the response sets.
fn cookies(response: &Response) -> Vec<String> {
    let set = response.headers.iter();
    let set = set.filter(|(name, _)| name == "set-cookie");
    set.map(|(_, value)| {
        let value = String::from_utf8_lossy(value);
        value.split(';').next().unwrap().to_owned()
    })
    .collect()
}

#[test]
fn a_session_keeps_its_endpoint_where_its_cluster_has_a_consistent_hash() {
    let echoes = echoes();
    let special = Special {
        endpoints: Some((CART, echoes.iter().map(Echo::address).collect())),
        consistent_hash: true,
        ..Special::default()
    };
    let mut edge = Edge::start("sessionPersistence: {sessionName: s}", &special);
    let mut homes = HashSet::new();
    for _ in 0..12 {
        // Envoy makes one cookie for each connection.
        edge.client = Client::new(edge.sidecar.address());
        // A client that keeps its cookies, as a browser does, comes back to where it was first.
        let first = edge.send(&[]);
        let mut jar = cookies(&first);
        let home = who(&first);
        for _ in 0..6 {
            let next = edge.send(&[("cookie", &jar.join("; "))]);
            assert_eq!(who(&next), home);
            jar.retain(|kept| {
                let name = |cookie: &str| cookie.split('=').next().unwrap().to_owned();
                !cookies(&next).iter().any(|new| name(new) == name(kept))
            });
            jar.extend(cookies(&next));
        }
        homes.insert(home);
        // One that keeps the session's cookie only is at one endpoint for as long as it keeps that.
        let session = cookies(&first).into_iter().find(|c| c.starts_with("s="));
        let session = session.unwrap();
        let others: HashSet<String> = (0..12)
            .map(|_| who(&edge.send(&[("cookie", &session)])))
            .collect();
        assert_eq!(others.len(), 1, "{others:?}");
    }
    assert!(homes.len() > 1, "all sessions are at {homes:?}");
}

#[test]
fn a_session_in_a_header_is_hashed_as_well() {
    let echoes = echoes();
    let special = Special {
        endpoints: Some((CART, echoes.iter().map(Echo::address).collect())),
        consistent_hash: true,
        ..Special::default()
    };
    let session = "sessionPersistence: {type: Header, sessionName: X-Session}";
    let mut edge = Edge::start(session, &special);
    let token = edge.send(&[]).header("x-session").unwrap();
    let homes: HashSet<String> = (0..12)
        .map(|_| who(&edge.send(&[("x-session", &token)])))
        .collect();
    assert_eq!(homes.len(), 1, "{homes:?}");
}

/// A cookie that nobody reads is nobody's business.
#[test]
fn without_a_consistent_hash_a_client_gets_the_cookie_of_the_session_only() {
    let mut edge = Edge::start("sessionPersistence: {sessionName: s}", &Special::default());
    let response = edge.send(&[]);
    let cookies = cookies(&response);
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert!(cookies[0].starts_with("s="));
}

/// Neither the endpoint of a session nor the wait of a retry is for the backend to see.
#[test]
fn backends_see_no_header_between_filter_and_proxy() {
    for rule in [
        "sessionPersistence: {sessionName: s}",
        "retry: {attempts: 1, codes: [503], backoff: 10ms}",
        "timeouts: {request: 3s}",
    ] {
        let mut edge = Edge::start(rule, &Special::default());
        let first = edge.send(&[]);
        let cookie = cookies(&first).join("; ");
        for response in [first, edge.send(&[("cookie", &cookie)])] {
            let seen = response.echoed().unwrap().headers;
            let leaked = seen.iter().find(|(name, _)| name.starts_with("x-gamma-"));
            assert_eq!(leaked, None, "{rule}");
        }
    }
}

/// To a client it is the same whether a backend is not there or its sidecar has no cluster for it.
#[test]
fn a_cluster_that_the_sidecar_does_not_have_is_answered_500() {
    let special = Special {
        hidden: Some(CART),
        ..Special::default()
    };
    let mut edge = Edge::start("", &special);
    assert_eq!(edge.send(&[]).status, 500);
}

/// An endpoint that went away a moment ago: Istio tries another one, and so do decided requests.
#[test]
fn an_endpoint_that_is_gone_is_not_noticed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);
    let echoes = echoes();
    let mut endpoints: Vec<_> = echoes.iter().map(Echo::address).collect();
    endpoints.push(gone);
    let special = Special {
        endpoints: Some((CART, endpoints)),
        ..Special::default()
    };
    let mut edge = Edge::start("", &special);
    let statuses: HashSet<u16> = (0..16).map(|_| edge.send(&[]).status).collect();
    assert_eq!(statuses, [200].into());

    // "An explicit zero value MUST disable retries."
    let mut edge = Edge::start("retry: {attempts: 0}", &special);
    let statuses: HashSet<u16> = (0..16).map(|_| edge.send(&[]).status).collect();
    assert_eq!(statuses, [200, 503].into());
}

/// CORS and faults of a VirtualService stand on istiod's route, which is not the one that is chosen.
#[test]
fn policies_of_istiods_route_are_not_for_decided_requests() {
    let special = Special {
        route_filters: json!({
            "envoy.filters.http.cors": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy",
                "allow_origin_string_match": [{ "exact": "https://a.example" }],
                "allow_methods": "GET",
            },
        }),
        ..Special::default()
    };
    let mut edge = Edge::start("", &special);
    let preflight = |host: &str| {
        let request = Request::new("OPTIONS", host, "/");
        request
            .header("origin", "https://a.example")
            .header("access-control-request-method", "GET")
    };
    let decided = edge.client.send(&preflight("cart")).unwrap();
    assert_eq!(decided.echoed().unwrap().backend, "cart");
    // The same policy on the route of a Service without routes.
    let passed = edge.client.send(&preflight("copies")).unwrap();
    let allowed = passed.header("access-control-allow-origin");
    assert_eq!(allowed.as_deref(), Some("https://a.example"));
    assert!(!edge.was_copied());
}

/// A client of gRPC is told UNAVAILABLE (14), which is what Envoy makes of 503 and not of 500.
#[test]
fn a_missing_cluster_is_unavailable_to_grpc() {
    let special = Special {
        hidden: Some(CART),
        ..Special::default()
    };
    let grpc = manifests("").replace("kind: HTTPRoute", "kind: GRPCRoute");
    let mut edge = Edge::of(&grpc, &special);
    let request = Request::new("POST", "cart", "/a.B/C").header("content-type", "application/grpc");
    let response = edge.client.send(&request).unwrap();
    assert_eq!(response.header("grpc-status").as_deref(), Some("14"));
}

/// An Istio that knows no `cluster_header` of mirrors would drop it, and its Envoys all routes with it.
#[test]
fn an_old_sidecar_gets_routes_without_mirrors() {
    let rule =
        "filters: [{type: RequestMirror, requestMirror: {backendRef: {name: copies, port: 80}}}]";
    for (version, copied) in [("unknown", true), ("1.24.1", true), ("1.23.0", false)] {
        let special = Special {
            version,
            ..Special::default()
        };
        let mut edge = Edge::start(rule, &special);
        let original = edge.send(&[]).echoed().unwrap();
        assert_eq!(original.backend, "cart");
        if copied {
            eventually(Duration::from_secs(30), || edge.was_copied());
        } else {
            let mut headers = original.headers.iter();
            assert!(!headers.any(|(name, _)| name.starts_with("x-gamma-")));
            assert!(!edge.was_copied());
        }
    }
}
