//! Which clusters are reached how, and what is said of those that are not.

use gamma_compile::{self as compile};
use gamma_config::{Filter, HostKind};
use gamma_manifest::{decode, diagnostic::Diagnostics, source::Sources};
use gamma_nginx::{NginxOptions, Plan, conf};

fn options() -> NginxOptions {
    NginxOptions {
        listen: vec!["[::]:8080".parse().unwrap()],
        directory: "/etc/nginx/gamma".into(),
        resolver: None,
        others: None,
        timeout: "60s".parse().unwrap(),
        system_certificates: "/etc/ssl/cert.pem".into(),
        include: Vec::new(),
    }
}

/// Codes of findings, the address of the first service of ExternalAuth, and the text.
struct Planned {
    codes: Vec<&'static str>,
    auth: Option<String>,
    needs_resolver: bool,
    conf: String,
    pem: Option<String>,
}

fn plan(text: &str) -> Planned {
    let mut sources = Sources::default();
    sources.add("-", text);
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let compile_options = compile::Options {
        host: Some(HostKind::Nginx),
        client_namespace: Some("default".into()),
        ..compile::Options::default()
    };
    let config = compile::compile(&manifests, &compile_options, &mut diagnostics);
    let options = options();
    let mut found = Diagnostics::default();
    let plan = Plan::new(&manifests, config, &compile_options, &options, &mut found);
    let ports = plan
        .config
        .services
        .iter()
        .flat_map(|service| &service.ports);
    let rules = ports
        .flat_map(|port| &port.producer)
        .flat_map(|table| &table.rules);
    let mut filters = rules.flat_map(|rule| &rule.filters);
    Planned {
        codes: found.iter().map(|d| d.code.id).collect(),
        auth: filters.find_map(|filter| match filter {
            Filter::ExternalAuth(auth) => Some(auth.cluster.clone()),
            _ => None,
        }),
        needs_resolver: plan.needs_resolver(),
        conf: conf(&plan, "gamma-filter.wasm"),
        pem: plan
            .certificates
            .and_then(|certificates| Some(certificates.pem?.1)),
    }
}

fn service(name: &str, more: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: 80}}]{more}}}\n"
    )
}

fn slice(service: &str, addresses: &[&str]) -> String {
    let family = match addresses.first() {
        Some(address) if address.contains(':') => "IPv6",
        Some(address) if address.ends_with(".example.com") => "FQDN",
        _ => "IPv4",
    };
    let endpoints: Vec<String> = addresses
        .iter()
        .map(|a| format!("{{addresses: ['{a}']}}"))
        .collect();
    format!(
        "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
         metadata: {{name: {service}-1, labels: {{kubernetes.io/service-name: {service}}}}}\n\
         addressType: {family}\nports: [{{port: 8080}}]\nendpoints: [{}]\n",
        endpoints.join(", ")
    )
}

fn route(service: &str, filters: &str) -> String {
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: {service}}}\nspec:\n  \
         parentRefs: [{{group: '', kind: Service, name: {service}}}]\n  \
         rules: [{{filters: [{filters}], backendRefs: [{{name: {service}, port: 80}}]}}]\n"
    )
}

fn auth(by: &str) -> String {
    let filter = format!(
        "{{type: ExternalAuth, externalAuth: {{protocol: HTTP, backendRef: {{name: {by}, port: 80}}, http: {{}}}}}}"
    );
    [service("cart", ""), route("cart", &filter)].concat()
}

#[test]
fn endpoints_are_servers_names_are_asked_for_and_none_is_503() {
    // What the map has for the cluster; `None` leaves it to its default, which is 503.
    for (slices, target, needs_resolver) in [
        (
            slice("cart", &["10.0.0.1", "10.0.0.2"]),
            Some("default_cart_80"),
            false,
        ),
        (slice("cart", &["fd00::1"]), Some("default_cart_80"), false),
        (
            String::new(),
            Some("cart.default.svc.cluster.local:80"),
            true,
        ),
        (
            slice("cart", &["a.example.com"]),
            Some("a.example.com:8080"),
            true,
        ),
        (
            slice("cart", &["a.example.com", "b.example.com"]),
            Some("default_cart_80"),
            false,
        ),
        (slice("cart", &[]), None, false),
    ] {
        let planned = plan(&[service("cart", ""), route("cart", ""), slices.clone()].concat());
        assert_eq!(planned.needs_resolver, needs_resolver, "{slices}");
        let row = target.map(|target| format!("default/cart/80 {target};"));
        match row {
            Some(row) => assert!(planned.conf.contains(&row), "{row}\n{}", planned.conf),
            None => assert!(!planned.conf.contains("default/cart/80"), "{slices}"),
        }
        assert_eq!(planned.codes, [""; 0], "{slices}");
    }
    let planned = plan(
        &[
            service("cart", ""),
            route("cart", ""),
            slice("cart", &["fd00::1"]),
        ]
        .concat(),
    );
    assert!(
        planned.conf.contains("server [fd00::1]:8080;"),
        "{}",
        planned.conf
    );
    // Where it reaches itself.
    assert!(
        planned.conf.contains("server [::1]:8080;"),
        "{}",
        planned.conf
    );
}

/// WasmX knows no upstream by name.
#[test]
fn a_service_that_is_asked_is_known_by_an_address() {
    let with_ip = ", clusterIP: 10.96.0.7";
    for (ask, expected) in [
        (
            [service("ask", with_ip), slice("ask", &["10.0.0.1"])].concat(),
            "10.0.0.1:8080",
        ),
        (
            [
                service("ask", with_ip),
                slice("ask", &["10.0.0.1", "10.0.0.2"]),
            ]
            .concat(),
            "10.96.0.7:80",
        ),
        (
            [service("ask", ""), slice("ask", &["10.0.0.1", "10.0.0.2"])].concat(),
            "10.0.0.1:8080",
        ),
        (service("ask", with_ip), "ask.default.svc.cluster.local:80"),
        // The call fails, and the request is denied.
        (
            [service("ask", ""), slice("ask", &[])].concat(),
            "default/ask/80",
        ),
        (
            [
                service("ask", ""),
                slice("ask", &["10.0.0.1"]),
                policy("ask", "A"),
                authority("A"),
            ]
            .concat(),
            "default/ask/80",
        ),
    ] {
        let planned = plan(&[auth("ask"), ask].concat());
        assert_eq!(planned.auth.as_deref(), Some(expected));
    }
}

fn policy(service: &str, authority: &str) -> String {
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {{name: {service}}}\nspec:\n  \
         targetRefs: [{{group: '', kind: Service, name: {service}}}]\n  \
         validation: {{hostname: {service}.example.com, caCertificateRefs: [{{group: '', kind: ConfigMap, name: authority-{}}}]}}\n",
        authority.to_lowercase()
    )
}

/// A certificate for nobody. The two differ.
fn authority(which: &str) -> String {
    let pem: String = match which {
        "A" => include_str!("authority-a.pem"),
        _ => include_str!("authority-b.pem"),
    }
    .lines()
    .map(|line| format!("    {line}\n"))
    .collect();
    let name = which.to_lowercase();
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: authority-{name}}}\ndata:\n  ca.crt: |\n{pem}"
    )
}

#[test]
fn backends_are_reached_by_tls_where_all_trust_the_same() {
    let services = |other: &str| {
        let two = ["cart", "stock"].map(|name| {
            [
                service(name, ""),
                route(name, ""),
                slice(name, &["10.0.0.1"]),
            ]
            .concat()
        });
        [
            two.concat(),
            service("plain", ""),
            route("plain", ""),
            policy("cart", "A"),
            policy("stock", other),
            authority("A"),
            authority("B"),
        ]
        .concat()
    };
    let same = plan(&services("A"));
    assert_eq!(same.codes, [""; 0]);
    assert!(same.pem.unwrap().contains("BEGIN CERTIFICATE"));
    for row in [
        "default/cart/80 https;",
        "default/stock/80 https;",
        "default/cart/80 cart.example.com;",
        "default/stock/80 default_stock_80;",
        "proxy_ssl_verify on;",
        "proxy_pass $gamma_scheme://$gamma_to$gamma_path;",
        "proxy_ssl_name $gamma_tls_name;",
    ] {
        assert!(same.conf.contains(row), "{row}\n{}", same.conf);
    }
    assert!(!same.conf.contains("default/plain/80 https;"));

    // Never in plain text, nor to whom only the other one trusts.
    let other = plan(&services("B"));
    assert_eq!(other.codes, ["G651"]);
    assert!(other.conf.contains("default/cart/80 https;"));
    assert!(!other.conf.contains("default/stock/80"), "{}", other.conf);
}

#[test]
fn without_grpc_and_tls_nothing_of_them_is_written() {
    let planned = plan(
        &[
            service("cart", ""),
            route("cart", ""),
            slice("cart", &["10.0.0.1"]),
        ]
        .concat(),
    );
    for word in ["grpc", "http2", "ssl", "mirror /", "resolver"] {
        assert!(
            !planned
                .conf
                .replace("x-envoy-retry-grpc-on", "")
                .contains(word),
            "{word}\n{}",
            planned.conf
        );
    }
}
