use gamma_manifest::{Manifests, decode, diagnostic::Diagnostics, source::Sources};

use crate::Index;

fn read(text: &str) -> Manifests {
    let mut sources = Sources::default();
    sources.add("endpoints.yaml", text);
    decode(&sources, "default", &mut Diagnostics::default())
}

/// A Service `cart` with what `spec` says besides a port `http`, and slices: address type, ports, endpoints.
fn manifests(spec: &str, slices: &[(&str, &str, &str)]) -> Manifests {
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: cart}}\n\
         spec: {{{spec}ports: [{{name: http, port: 80}}]}}\n"
    );
    let slice = |(i, (of, ports, endpoints)): (usize, &(&str, &str, &str))| {
        format!(
            "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
             metadata: {{name: cart-{i}, labels: {{kubernetes.io/service-name: cart}}}}\n\
             addressType: {of}\nports: [{ports}]\nendpoints: [{endpoints}]\n"
        )
    };
    let slices: String = slices.iter().enumerate().map(slice).collect();
    read(&(service + &slices))
}

fn endpoints(manifests: &Manifests) -> Vec<String> {
    let service = &manifests.services[0];
    let found = Index::new(manifests).endpoints(service, &service.ports[0]);
    let found = found.unwrap().into_iter();
    found.map(|e| format!("{} {}", e.address, e.port)).collect()
}

const PORT: &str = "{name: http, port: 8080}";

#[test]
fn endpoints_are_chosen_as_kube_proxy_does() {
    let ready = "{addresses: [10.0.0.1]}";
    let not_ready = "{addresses: [10.0.0.2], conditions: {ready: false}}";
    let stopping =
        "{addresses: [10.0.0.3], conditions: {ready: false, serving: true, terminating: true}}";
    let stopped =
        "{addresses: [10.0.0.4], conditions: {ready: false, serving: false, terminating: true}}";
    let unknown = "{addresses: [10.0.0.5], conditions: {ready: null}}";
    let several = "{addresses: [10.0.0.6, 10.0.0.7]}";
    for (listed, expected) in [
        (
            &[ready, not_ready, stopping, stopped][..],
            &["10.0.0.1 8080"][..],
        ),
        // Nobody is ready: those that are about to go and still serve.
        (&[not_ready, stopping, stopped], &["10.0.0.3 8080"]),
        (&[not_ready, stopped], &[]),
        (&[unknown, stopping], &["10.0.0.5 8080"]),
        // Several addresses are one endpoint.
        (&[several], &["10.0.0.6 8080"]),
        (&[], &[]),
    ] {
        let manifests = manifests("", &[("IPv4", PORT, &listed.join(", "))]);
        assert_eq!(endpoints(&manifests), expected, "{listed:?}");
    }
}

#[test]
fn an_endpoint_of_two_slices_is_one() {
    let one = (
        "IPv4",
        PORT,
        "{addresses: [10.0.0.1]}, {addresses: [10.0.0.1]}",
    );
    assert_eq!(endpoints(&manifests("", &[one, one])), ["10.0.0.1 8080"]);
    // Another port is another endpoint.
    let other = (
        "IPv4",
        "{name: http, port: 9090}",
        "{addresses: [10.0.0.1]}",
    );
    assert_eq!(
        endpoints(&manifests("", &[one, other])),
        ["10.0.0.1 8080", "10.0.0.1 9090"]
    );
    // An address that a pod has left and another has got.
    let gone = "{addresses: [10.0.0.1], conditions: {ready: false, terminating: true}}";
    assert_eq!(
        endpoints(&manifests("", &[("IPv4", PORT, gone), one])),
        ["10.0.0.1 8080"]
    );
}

#[test]
fn a_pod_of_two_families_is_one_endpoint() {
    let v4 = (
        "IPv4",
        PORT,
        "{addresses: [10.0.0.1], targetRef: {kind: Pod, name: a}}, {addresses: [10.0.0.2]}",
    );
    let v6 = (
        "IPv6",
        PORT,
        "{addresses: ['fd00::1'], targetRef: {kind: Pod, name: a}}, \
         {addresses: ['fd00::3'], targetRef: {kind: Pod, name: b}}",
    );
    let first_v4 = ["10.0.0.1 8080", "10.0.0.2 8080", "fd00::3 8080"];
    let first_v6 = ["10.0.0.2 8080", "fd00::1 8080", "fd00::3 8080"];
    for (spec, expected) in [
        ("ipFamilies: [IPv4, IPv6], ", &first_v4[..]),
        ("ipFamilies: [IPv6, IPv4], ", &first_v6),
        ("clusterIP: 10.9.0.1, ", &first_v4),
        ("clusterIP: 'fd00::9', ", &first_v6),
        ("", &first_v4),
        // A family that the Service does not have.
        ("ipFamilies: [IPv4], ", &["10.0.0.1 8080", "10.0.0.2 8080"]),
    ] {
        assert_eq!(endpoints(&manifests(spec, &[v4, v6])), expected, "{spec:?}");
    }
}

#[test]
fn the_port_of_a_slice_has_the_name_of_the_services() {
    let at = "{addresses: [10.0.0.1]}";
    for (ports, expected) in [
        (PORT, &["10.0.0.1 8080"][..]),
        (
            "{name: grpc, port: 9090}, {name: http, port: 8080}",
            &["10.0.0.1 8080"],
        ),
        ("{name: web, port: 8080}", &[]),
        ("{port: 8080}", &[]),
        ("{name: http}", &[]),
        ("{name: http, port: 0}", &[]),
        ("{name: http, port: 65536}", &[]),
        ("{name: http, port: 8080, protocol: UDP}", &[]),
        ("", &[]),
    ] {
        let manifests = manifests("", &[("IPv4", ports, at)]);
        assert_eq!(endpoints(&manifests), expected, "{ports}");
    }
}

#[test]
fn names_stand_beside_addresses() {
    let names = (
        "FQDN",
        PORT,
        "{addresses: [api.example.com]}, {addresses: [10.0.0.2]}",
    );
    let addresses = (
        "IPv4",
        PORT,
        "{addresses: [10.0.0.1]}, {addresses: [10.0.0.2]}",
    );
    assert_eq!(
        endpoints(&manifests("ipFamilies: [IPv4], ", &[names, addresses])),
        ["api.example.com 8080", "10.0.0.2 8080", "10.0.0.1 8080"]
    );
}
