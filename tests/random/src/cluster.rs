//! Random clusters: everything that `gammactl envoy` reads, with all that routes can ask of a proxy.

use fastrand::Rng;
use serde_json::{Value, json};

use super::{
    NAMESPACES, endpoints, objects, once_in, pick,
    routes::{PORTS, SERVICES},
};

/// Services, their endpoints, routes that use every feature of the API, and policies for the
/// connections to backends.
pub fn cluster(rng: &mut Rng) -> Vec<Value> {
    let mut objects = objects(rng);
    for object in &mut objects {
        match object["kind"].as_str() {
            Some("Service") => service(rng, object),
            Some("HTTPRoute") => route(rng, object, true),
            Some("GRPCRoute") => route(rng, object, false),
            _ => {}
        }
    }
    objects.extend(endpoints::slices(rng));
    for namespace in NAMESPACES {
        for service in SERVICES {
            if once_in(rng, 8) {
                objects.push(tls_policy(rng, namespace, service));
            }
            if once_in(rng, 12) {
                objects.push(traffic_policy(rng, namespace, service));
            }
        }
        if once_in(rng, 2) {
            objects.push(json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "ca", "namespace": namespace},
                "data": {"ca.crt": pick(rng, &[CERTIFICATE, CERTIFICATE, CERTIFICATE, "no certificate", ""])},
            }));
        }
    }
    objects
}

fn service(rng: &mut Rng, service: &mut Value) {
    if service["spec"]["type"] == "ExternalName" {
        service["spec"]["externalName"] = json!("backend.example.com");
    }
    let ports = service["spec"]["ports"].as_array_mut();
    for port in ports.into_iter().flatten() {
        if once_in(rng, 3) {
            port["appProtocol"] = json!(pick(
                rng,
                &[
                    "http",
                    "https",
                    "h2c",
                    "grpc",
                    "kubernetes.io/h2c",
                    "kubernetes.io/ws",
                    "kubernetes.io/wss",
                    "tls",
                    "mysql",
                    "example.com/thing",
                ]
            ));
        }
        if once_in(rng, 3) {
            port["targetPort"] = pick(rng, &[8_080, 9_090]).into();
        }
    }
}

fn route(rng: &mut Rng, route: &mut Value, is_http: bool) {
    let rules = route["spec"]["rules"].as_array_mut();
    for rule in rules.into_iter().flatten() {
        if once_in(rng, 4) {
            rule["sessionPersistence"] = session(rng);
        }
        if is_http {
            if once_in(rng, 4) {
                rule["timeouts"] = json!({"request": pick(rng, &["0s", "10s", "1h"])});
                if once_in(rng, 2) {
                    rule["timeouts"]["backendRequest"] = json!(pick(rng, &["1ms", "500ms", "10s"]));
                }
            }
            if once_in(rng, 4) {
                let backoff = pick(rng, &["0s", "1ms", "100ms", "24h"]);
                rule["retry"] = json!({"codes": [503, 504], "attempts": 2, "backoff": backoff});
            }
        }
        for _ in 0..pick(rng, &[0, 0, 0, 1, 2]) {
            let filter = filter(rng, is_http);
            match &mut rule["filters"] {
                Value::Array(filters) => {
                    if !filters.iter().any(|other| other["type"] == filter["type"]) {
                        filters.push(filter);
                    }
                }
                none => *none = json!([filter]),
            }
        }
    }
}

fn session(rng: &mut Rng) -> Value {
    let mut session = json!({"type": pick(rng, &["Cookie", "Header"])});
    if once_in(rng, 2) {
        session["sessionName"] = json!(pick(rng, &["x-s", "session", "a b", "x;y"]));
    }
    if once_in(rng, 3) {
        session["absoluteTimeout"] = json!("1h");
        if session["type"] == "Cookie" {
            session["cookieConfig"] = json!({"lifetimeType": "Permanent"});
        }
    }
    session
}

fn backend(rng: &mut Rng) -> Value {
    json!({"name": pick(rng, &SERVICES), "namespace": "shop", "port": pick(rng, &PORTS).0})
}

fn filter(rng: &mut Rng, is_http: bool) -> Value {
    match rng.u32(..if is_http { 5 } else { 3 }) {
        0 => json!({
            "type": "ResponseHeaderModifier",
            "responseHeaderModifier": {
                "set": [{"name": "x-set", "value": "a b"}],
                "remove": ["server"],
            },
        }),
        1 => json!({
            "type": "RequestMirror",
            "requestMirror": {"backendRef": backend(rng), "percent": pick(rng, &[0, 1, 50, 100])},
        }),
        2 => json!({
            "type": "RequestHeaderModifier",
            "requestHeaderModifier": {
                "add": [{"name": pick(rng, &["x-added", "host", "content-length"]), "value": "1"}],
            },
        }),
        3 => json!({
            "type": "CORS",
            "cors": {
                "allowOrigins": [pick(rng, &["*", "https://*.example.com", "http://a.example:8080"])],
                "allowMethods": ["GET", "*"],
                "maxAge": pick(rng, &[1, 86_400]),
            },
        }),
        _ => json!({
            "type": "ExternalAuth",
            "externalAuth": {
                "protocol": "HTTP",
                "backendRef": backend(rng),
                "http": {"path": pick(rng, &["/", "/check"]), "allowedHeaders": ["cookie"]},
            },
        }),
    }
}

fn tls_policy(rng: &mut Rng, namespace: &str, service: &str) -> Value {
    let mut target = json!({"group": "", "kind": "Service", "name": service});
    if once_in(rng, 2) {
        target["sectionName"] = json!(pick(rng, &PORTS).1);
    }
    let mut validation = json!({"hostname": pick(rng, &["cart.example.com", "a.b"])});
    if once_in(rng, 2) {
        validation["wellKnownCACertificates"] = json!("System");
    } else {
        let name = pick(rng, &["ca", "ca", "missing"]);
        validation["caCertificateRefs"] = json!([{"group": "", "kind": "ConfigMap", "name": name}]);
    }
    match rng.u32(..4) {
        0 => {
            validation["subjectAltNames"] = json!([{"type": "Hostname", "hostname": pick(rng, &["x.example.com", "*.example.com"])}]);
        }
        1 => {
            validation["subjectAltNames"] =
                json!([{"type": "URI", "uri": "spiffe://cluster.local/ns/shop/sa/cart"}]);
        }
        _ => {}
    }
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "BackendTLSPolicy",
        "metadata": {"name": format!("{service}-tls"), "namespace": namespace},
        "spec": {"targetRefs": [target], "validation": validation},
    })
}

fn traffic_policy(rng: &mut Rng, namespace: &str, service: &str) -> Value {
    let mut spec = json!({"targetRefs": [{"group": "", "kind": "Service", "name": service}]});
    if once_in(rng, 2) {
        spec["sessionPersistence"] = session(rng);
    }
    if once_in(rng, 2) {
        let percent = pick(rng, &[0, 20, 100]);
        spec["retryConstraint"] = json!({
            "budget": {"percent": percent, "interval": "10s"},
            "minRetryRate": {"count": pick(rng, &[1, 10, 1_000_000]), "interval": "1s"},
        });
    }
    json!({
        "apiVersion": "gateway.networking.x-k8s.io/v1alpha1",
        "kind": "XBackendTrafficPolicy",
        "metadata": {"name": format!("{service}-traffic"), "namespace": namespace},
        "spec": spec,
    })
}

/// A certificate authority that signs nothing.
const CERTIFICATE: &str = include_str!("ca.pem");
