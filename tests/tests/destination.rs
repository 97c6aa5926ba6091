//! Where a connection goes beats what it says: cluster IPs, which here are loopback addresses that
//! the proxy listens on.

use std::net::{Ipv4Addr, SocketAddr};

use gamma_compile as compile;
use gamma_testbed::{
    client::{Client, Request},
    envoy::Options,
    manifests,
    ports::Port,
    stage::{Backends, Stage, wasm},
};

const V1: Ipv4Addr = Ipv4Addr::new(127, 77, 0, 1);
const V2: Ipv4Addr = Ipv4Addr::new(127, 77, 0, 2);
const NOBODY: Ipv4Addr = Ipv4Addr::new(127, 77, 0, 3);

/// The conformance test MeshFrontendHostname.
#[test]
fn the_cluster_ip_decides_not_the_host() {
    let port = Port::reserve().unwrap();
    let number = port.number();
    let service = |name: &str, ip| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n\
             spec: {{clusterIP: {ip}, ports: [{{port: {number}}}]}}\n"
        )
    };
    let route = format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: v2}}\nspec:\n  \
         parentRefs: [{{group: '', kind: Service, name: v2}}]\n  rules:\n    - filters: [{{type: \
         ResponseHeaderModifier, responseHeaderModifier: {{set: [{{name: x-routed, value: v2}}]}}}}]\n      \
         backendRefs: [{{name: v2, port: {number}}}]\n"
    );
    let manifests =
        manifests::read(&[service("v1", V1), service("v2", V2), route].concat()).unwrap();
    let backends = Backends::start(&manifests).unwrap();
    let stage = Stage::start_at(
        &[V1, V2, NOBODY].map(|address| (address, number).into()),
        &backends.manifests,
        &compile::Options::default(),
        &wasm(),
        &Options::default(),
    )
    .unwrap();

    // Dialled, said, answered by, routed.
    let table = [
        (V2, format!("v1:{number}"), Some("v2"), true),
        (V1, format!("v2:{number}"), Some("v1"), false),
        (V2, "anything".into(), Some("v2"), true),
        // No cluster IP: what it says decides.
        (NOBODY, format!("v2:{number}"), Some("v2"), true),
        (NOBODY, "anything".into(), None, false),
    ];
    for (dialled, host, backend, routed) in table {
        let mut client = Client::new(SocketAddr::from((dialled, stage.address().port())));
        let response = client.send(&Request::get(host.as_str(), "/")).unwrap();
        let answered = response
            .echoed()
            .ok()
            .map(|echoed| echoed.identity().service);
        assert_eq!(answered.as_deref(), backend, "{dialled} {host}");
        assert_eq!(
            response.header("x-routed").is_some(),
            routed,
            "{dialled} {host}"
        );
    }
}
