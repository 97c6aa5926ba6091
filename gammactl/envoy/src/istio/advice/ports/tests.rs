use gamma_manifest::source::Sources;

use super::*;

/// The port of a Service that is written as `fields`.
fn port(fields: &str) -> ServicePort {
    let mut sources = Sources::default();
    let service = format!(
        "{{apiVersion: v1, kind: Service, metadata: {{name: a}}, spec: {{ports: [{{{fields}}}]}}}}"
    );
    sources.add("a.yaml", service);
    let mut found = Diagnostics::default();
    let manifests = gamma_manifest::decode(&sources, "default", &mut found);
    manifests.services[0].ports[0].clone()
}

/// As `ConvertProtocol` has it in Istio's `pkg/config/kube/conversion.go`.
#[test]
fn istio_goes_by_app_protocol_then_by_the_name_then_by_the_number() {
    let table = [
        ("port: 80", IstioProtocol::Sniffed),
        ("port: 80, name: web", IstioProtocol::Sniffed),
        ("port: 80, name: http", IstioProtocol::Http("HTTP")),
        ("port: 80, name: http-web", IstioProtocol::Http("HTTP")),
        ("port: 80, name: httpweb", IstioProtocol::Sniffed),
        ("port: 80, name: http2", IstioProtocol::Http2),
        ("port: 80, name: grpc-api", IstioProtocol::Http2),
        ("port: 80, name: grpc-web-api", IstioProtocol::Http2),
        ("port: 80, name: tcp-web", IstioProtocol::Bytes("TCP")),
        ("port: 80, name: https", IstioProtocol::Bytes("HTTPS")),
        ("port: 80, name: tls-web", IstioProtocol::Bytes("TLS")),
        ("port: 80, name: mongo", IstioProtocol::Bytes("Mongo")),
        ("port: 80, name: redis", IstioProtocol::Bytes("Redis")),
        ("port: 80, name: mysql", IstioProtocol::Bytes("MySQL")),
        ("port: 3306", IstioProtocol::Bytes("TCP")),
        ("port: 3306, name: web", IstioProtocol::Bytes("TCP")),
        ("port: 3306, name: http", IstioProtocol::Http("HTTP")),
        (
            "port: 80, name: tcp, appProtocol: http",
            IstioProtocol::Http("HTTP"),
        ),
        (
            "port: 80, name: http, appProtocol: HTTPS",
            IstioProtocol::Bytes("HTTPS"),
        ),
        (
            "port: 80, name: http, appProtocol: kubernetes.io/h2c",
            IstioProtocol::Http2,
        ),
        (
            "port: 80, appProtocol: kubernetes.io/ws",
            IstioProtocol::Http("HTTP"),
        ),
        (
            "port: 80, appProtocol: kubernetes.io/wss",
            IstioProtocol::Bytes("HTTPS"),
        ),
        (
            "port: 80, name: http, appProtocol: example.com/x",
            IstioProtocol::Sniffed,
        ),
    ];
    for (fields, expected) in table {
        assert_eq!(IstioProtocol::of(&port(fields)), expected, "{fields}");
    }
}
