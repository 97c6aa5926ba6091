//! What only a real nginx shows: what clients and backends try, what goes piece by piece, TLS, and whether nginx takes what is
//! written.

use std::{fmt::Write as _, io::Read as _, net::SocketAddr, path::Path};

use gamma_testbed::{
    client::{Client, Request, stream},
    echo::{Echo, Identity},
    fixture::Protocol,
    manifests,
    ports::Port,
    stage::Backends,
};

use super::{
    Build, Generated, Nginx,
    manifests::{EVERYTHING, LISTEN, generated},
    running::{check, stock},
};

/// nginx in front of the echo backends of [`EVERYTHING`].
struct Shop {
    nginx: Nginx,
    backends: Backends,
}

impl Shop {
    fn start(nginx: &Path, text: &str) -> Self {
        let backends = Backends::start(&manifests::read(text).unwrap()).unwrap();
        let port = Port::reserve().unwrap();
        let generated = Generated::new(&backends, &options(), port.address()).unwrap();
        let nginx = Nginx::start(nginx, Build::Stock, &generated.conf, port).unwrap();
        Self { nginx, backends }
    }

    fn address(&self) -> SocketAddr {
        self.nginx.address(Protocol::Http)
    }

    fn answer(&self, request: &Request) -> (u16, Option<Identity>) {
        let response = Client::new(self.address()).send(request).unwrap();
        (
            response.status,
            response.echoed().ok().map(|echoed| echoed.identity()),
        )
    }
}

fn without_mirrors() -> String {
    let lines = EVERYTHING
        .lines()
        .filter(|line| !line.contains("RequestMirror"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn options() -> gamma_compile::Options {
    gamma_compile::Options {
        client_namespace: Some("default".into()),
        ..gamma_compile::Options::default()
    }
}

fn to(cluster: &str) -> Request {
    Request::get("cart", "/a%2Fb").header("x-gamma-cluster", cluster)
}

#[test]
fn no_client_and_no_backend_gets_where_it_should_not() {
    let Some(nginx) = stock() else { return };
    let shop = Shop::start(&nginx, EVERYTHING);
    let cart = Identity::new("default", "cart", 80);
    assert_eq!(
        shop.answer(&to("default/cart/80")),
        (200, Some(cart.clone()))
    );
    // The filter does not see these: nginx has to drop them.
    let forged = Request::get("cart", "/").header("X_Gamma_Cluster", "default/cart/80");
    assert_eq!(shop.answer(&forged), (404, None));
    // Another endpoint than the cluster's, as a cookie may name one.
    let elsewhere = Echo::start(Identity::new("evil", "evil", 1)).unwrap();
    let session = to("default/cart/80").header("x-gamma-endpoint", elsewhere.address().to_string());
    assert_eq!(shop.answer(&session), (200, Some(cart)));
    assert!(elsewhere.received().is_empty());
    // A name that is none of this file's is not asked for in DNS.
    assert_eq!(
        shop.answer(&to(&elsewhere.address().to_string())),
        (503, None)
    );
    assert_eq!(shop.answer(&to("default/idle/80")), (503, None));
    let mirror =
        Request::get("cart", "/.gamma/mirror/0").header("x-gamma-mirror-0", "default/shadow/80");
    assert_eq!(shop.answer(&mirror), (404, None));
    // A backend that would send nginx into its own locations.
    let steered = to("default/cart/80")
        .header("x-gamma-mirror-0", "")
        .header("x-echo-set-header", "X-Accel-Redirect:/.gamma/mirror/0");
    let (status, backend) = shop.answer(&steered);
    assert_eq!((status, backend.is_some()), (200, true));
    let shadow = shop
        .backends
        .echoes
        .iter()
        .find(|e| e.identity().service == "shadow");
    assert!(shadow.unwrap().received().is_empty());
}

#[test]
fn bodies_go_piece_by_piece_both_ways() {
    let Some(nginx) = stock() else { return };
    // Where no rule asks for copies: nginx reads a body as a whole before it copies a request.
    let shop = Shop::start(&nginx, &without_mirrors());
    let mut request = to("default/cart/80").header("x-echo-stream", "1");
    request.method = "POST".into();
    let (mut outgoing, mut incoming) = stream(shop.address(), &request).unwrap();
    outgoing.send(b"first").unwrap();
    assert_eq!(incoming.head().unwrap().status, 200);
    for piece in ["first", "second"] {
        if piece == "second" {
            outgoing.send(piece.as_bytes()).unwrap();
        }
        let mut received = vec![0; piece.len()];
        incoming.read_exact(&mut received).unwrap();
        assert_eq!(received, piece.as_bytes());
    }
    outgoing.finish().unwrap();
    // Longer than nginx takes by itself.
    let mut large = to("default/cart/80");
    large.method = "POST".into();
    large.body = vec![b'x'; 3 << 20];
    for shop in [shop, Shop::start(&nginx, EVERYTHING)] {
        assert_eq!(shop.answer(&large).0, 200);
    }
}

/// TLS as a BackendTLSPolicy asks for it: the certificate of that name, signed by that authority, or 502.
#[test]
fn backends_are_reached_by_tls_and_checked() {
    let Some(nginx) = stock() else { return };
    let certificate = rcgen::generate_simple_self_signed(["cart.example.com".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["cart.example.com".to_owned()]).unwrap();
    let backend = Port::reserve().unwrap();
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("cert"), certificate.cert.pem()).unwrap();
    std::fs::write(path("key"), certificate.signing_key.serialize_pem()).unwrap();
    let terminator = format!(
        "http {{ server {{ listen {} ssl; ssl_certificate {}; ssl_certificate_key {};\n\
         location / {{ return 200 \"$ssl_server_name $host\"; }} }} }} events {{}}",
        backend.address(),
        path("cert"),
        path("key")
    );
    let backend_address = backend.address();
    let _backend = Nginx::start(&nginx, Build::Stock, &terminator, backend).unwrap();
    for (hostname, trusted, answer) in [
        ("cart.example.com", &certificate, "cart.example.com cart"),
        ("other.example.com", &certificate, ""),
        ("cart.example.com", &other, ""),
    ] {
        let manifests = tls_manifests(backend_address, hostname, &trusted.cert.pem());
        let port = Port::reserve().unwrap();
        let manifests = manifests::read(&manifests).unwrap();
        let directory = files.path().to_str().unwrap();
        let generated = Generated::of(&manifests, &options(), port.address(), directory).unwrap();
        let (file, pem) = generated.certificates.clone().unwrap();
        std::fs::write(path(&file), pem).unwrap();
        let nginx = Nginx::start(&nginx, Build::Stock, &generated.conf, port).unwrap();
        let mut client = Client::new(nginx.address(Protocol::Http));
        let response = client.send(&to("default/cart/443")).unwrap();
        let expected = if answer.is_empty() { 502 } else { 200 };
        assert_eq!(response.status, expected, "{hostname}");
        if expected == 200 {
            assert_eq!(response.text(), answer);
        }
        // The same connections to a backend without a policy are not encrypted.
        assert!(generated.conf.contains("proxy_ssl_verify on;"));
    }
}

fn tls_manifests(backend: SocketAddr, hostname: &str, pem: &str) -> String {
    let pem: String = pem.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: cart}}\nspec: {{ports: [{{port: 443}}]}}\n\
         ---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
         metadata: {{name: cart-1, labels: {{kubernetes.io/service-name: cart}}}}\naddressType: IPv4\n\
         ports: [{{port: {}}}]\nendpoints: [{{addresses: [{}]}}]\n\
         ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: authority}}\ndata:\n  ca.crt: |\n{pem}\
         ---\napiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {{name: cart}}\nspec:\n  \
         targetRefs: [{{group: '', kind: Service, name: cart}}]\n  \
         validation: {{hostname: {hostname}, caCertificateRefs: [{{group: '', kind: ConfigMap, name: authority}}]}}\n\
         ---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: cart}}\nspec:\n  \
         parentRefs: [{{group: '', kind: Service, name: cart}}]\n  rules: [{{backendRefs: [{{name: cart, port: 443}}]}}]\n",
        backend.port(),
        backend.ip()
    )
}

/// With names as long as they can be, and as many as nginx has to be told about.
#[test]
fn nginx_takes_what_is_written() {
    let Some(nginx) = stock() else { return };
    let mut large = String::new();
    for number in 0..3_000 {
        let name = format!("s{number:04}-{}", "x".repeat(57));
        write!(
            large,
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: 80}}]}}\n\
             ---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: {name}}}\nspec:\n  \
             parentRefs: [{{group: '', kind: Service, name: {name}}}]\n  \
             rules: [{{filters: [{{type: RequestHeaderModifier, requestHeaderModifier: {{remove: [x-{number}-{}]}}}}],\n  \
             backendRefs: [{{name: {name}, port: 80}}]}}]\n",
            "y".repeat(200)
        )
        .unwrap();
    }
    let listen: SocketAddr = LISTEN.parse().unwrap();
    for text in [EVERYTHING, &manifests::services(&["cart"]), &large] {
        check(&nginx, &generated(text).conf, listen).unwrap();
    }
    // The check can fail.
    let broken = generated(EVERYTHING)
        .conf
        .replace("keepalive 64;", "keepalive;");
    assert!(check(&nginx, &broken, listen).is_err());
}
