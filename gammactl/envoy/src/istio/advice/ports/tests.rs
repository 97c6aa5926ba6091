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
        ("port: 80", Protocol::Sniffed),
        ("port: 80, name: web", Protocol::Sniffed),
        ("port: 80, name: http", Protocol::Http("HTTP")),
        ("port: 80, name: http-web", Protocol::Http("HTTP")),
        ("port: 80, name: httpweb", Protocol::Sniffed),
        ("port: 80, name: http2", Protocol::Http2),
        ("port: 80, name: grpc-api", Protocol::Http2),
        ("port: 80, name: grpc-web-api", Protocol::Http2),
        ("port: 80, name: tcp-web", Protocol::Bytes("TCP")),
        ("port: 80, name: https", Protocol::Bytes("HTTPS")),
        ("port: 80, name: tls-web", Protocol::Bytes("TLS")),
        ("port: 80, name: mongo", Protocol::Bytes("Mongo")),
        ("port: 80, name: redis", Protocol::Bytes("Redis")),
        ("port: 80, name: mysql", Protocol::Bytes("MySQL")),
        ("port: 3306", Protocol::Bytes("TCP")),
        ("port: 3306, name: web", Protocol::Bytes("TCP")),
        ("port: 3306, name: http", Protocol::Http("HTTP")),
        (
            "port: 80, name: tcp, appProtocol: http",
            Protocol::Http("HTTP"),
        ),
        (
            "port: 80, name: http, appProtocol: HTTPS",
            Protocol::Bytes("HTTPS"),
        ),
        (
            "port: 80, name: http, appProtocol: kubernetes.io/h2c",
            Protocol::Http2,
        ),
        (
            "port: 80, appProtocol: kubernetes.io/ws",
            Protocol::Http("HTTP"),
        ),
        (
            "port: 80, appProtocol: kubernetes.io/wss",
            Protocol::Bytes("HTTPS"),
        ),
        (
            "port: 80, name: http, appProtocol: example.com/x",
            Protocol::Sniffed,
        ),
    ];
    for (fields, expected) in table {
        assert_eq!(Protocol::of(&port(fields)), expected, "{fields}");
    }
}
