//! Endpoints that are names, and Services that are: whatever a slice says, Envoy takes what is written.

use std::{fs, net::SocketAddr};

use gamma_testbed::{
    client::{Client, Request},
    envoy::{Bootstrap, validate},
    gammactl::{gammactl, until},
    load::Load,
    repository,
    shop::{EditedShop, backend, get, rule},
    stage::wasm,
};

/// A name that everybody resolves to this machine, as RFC 6761 has it.
const NAME: &str = "api.localhost";

fn service(name: &str, spec: &str) -> String {
    format!("---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n")
}

fn slice(name: &str, of: &str, address_type: &str, port: SocketAddr, endpoints: &str) -> String {
    format!(
        "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
         metadata: {{name: {name}, labels: {{kubernetes.io/service-name: {of}}}}}\n\
         addressType: {address_type}\nports: [{{name: http, port: {}}}]\nendpoints: [{endpoints}]\n",
        port.port()
    )
}

fn update(shop: &EditedShop, more: &str) -> String {
    fs::write(shop.path("in/names.yaml"), more).unwrap();
    let output = shop.command(&["--drain", "0s"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn a_cluster_of_addresses_may_become_one_of_names_and_back() {
    let mut shop = EditedShop::new();
    let (first, second) = (shop.echo("first"), shop.echo("second"));
    shop.rules = vec![
        rule("/partner", &[("partner", 1)], ""),
        rule("/", &[("base", 1)], ""),
    ];
    shop.save();
    let partner = service("partner", "ports: [{name: http, port: 80}]");
    let names = format!("{{addresses: [{NAME}]}}");
    let named = partner.clone() + &slice("partner-1", "partner", "FQDN", first, &names);
    // What is no address costs nothing but itself.
    let bad = "{addresses: [127.0.0.0/8]}, {addresses: [nowhere]}, {addresses: ['127.0.0.1 ']}, \
               {addresses: ['[::1]']}, {addresses: [127.0.0.256]}, {addresses: []}";
    let addressed = format!("{bad}, {{addresses: [127.0.0.1]}}");
    let addressed = partner.clone() + &slice("partner-1", "partner", "IPv4", second, &addressed);
    // Both in one.
    let mixed = named.clone()
        + &slice(
            "partner-2",
            "partner",
            "IPv4",
            second,
            "{addresses: [127.0.0.1]}",
        );

    update(&shop, &named);
    let envoy = shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    let who = || backend(&get(address, "front", "/partner"));
    let answered_by = |wanted: &str| {
        until(wanted, || match who() {
            name if name == wanted => Ok(()),
            other => Err(other),
        })
        .unwrap();
    };
    answered_by("first");
    let load = Load::start(address, &[Request::get("front", "/partner")]);
    for _ in 0..2 {
        let said = update(&shop, &addressed);
        assert!(
            said.contains("warning[G212]") && said.contains("Envoy took it"),
            "{said}"
        );
        answered_by("second");
        let said = update(&shop, &mixed);
        assert!(said.contains("Envoy took it"), "{said}");
        answered_by("first");
        answered_by("second");
        let said = update(&shop, &named);
        assert!(said.contains("Envoy took it"), "{said}");
        answered_by("first");
    }
    let sent = load.stop();
    assert!(sent.bad.is_empty(), "{:?}\n{}", sent.bad, envoy.log_tail());
    // No endpoint is left, and everybody else is served.
    let none = partner + &slice("partner-1", "partner", "IPv4", second, bad);
    let said = update(&shop, &none);
    assert!(said.contains("Envoy took it"), "{said}");
    answered_by("503");
    assert_eq!(backend(&get(address, "front", "/")), "base");
}

#[test]
fn a_session_stays_at_its_endpoint_behind_a_name() {
    let mut shop = EditedShop::new();
    let (first, second) = (shop.echo("first"), shop.echo("second"));
    let session = ", name: all, sessionPersistence: {cookie: {name: s}}";
    shop.rules = vec![rule("/", &[("partner", 1)], session)];
    shop.save();
    let names = format!("{{addresses: [{NAME}]}}");
    let manifests = service("partner", "ports: [{name: http, port: 80}]")
        + &slice("partner-1", "partner", "FQDN", first, &names)
        + &slice("partner-2", "partner", "FQDN", second, &names);
    update(&shop, &manifests);
    let envoy = shop.envoy();
    let mut client = Client::new(envoy.listener("gamma_127.0.0.1:0").unwrap());
    let mut ask = |cookie: Option<&str>| {
        let request = Request::get("front", "/");
        let request = cookie
            .into_iter()
            .fold(request, |r, c| r.header("cookie", c));
        client.send(&request).unwrap()
    };
    let mut homes = Vec::new();
    for _ in 0..8 {
        let begun = ask(None);
        let cookie = begun.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let home = backend(&begun);
        for _ in 0..6 {
            assert_eq!(backend(&ask(Some(&cookie))), home);
        }
        homes.push(home);
    }
    homes.sort();
    homes.dedup();
    assert_eq!(homes, ["first", "second"]);
}

#[test]
fn services_without_a_frontend_are_called_as_without_a_mesh() {
    let mut shop = EditedShop::new();
    let (pod, partner) = (shop.echo("pod"), shop.echo("partner"));
    shop.rules = vec![rule("/", &[("base", 1)], "")];
    shop.save();
    let manifests = service(
        "queue",
        "clusterIP: None, ports: [{name: http, port: 80, targetPort: 9090}]",
    ) + &slice("queue-1", "queue", "IPv4", pod, "{addresses: [127.0.0.1]}")
        + &service(
            "partner",
            &format!(
                "type: ExternalName, externalName: {NAME}, ports: [{{port: {}}}]",
                partner.port()
            ),
        )
        + &service(
            "elsewhere",
            "type: ExternalName, externalName: no.such.name.localdomain.invalid.",
        );
    update(&shop, &manifests);
    let envoy = shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    for (host, expected) in [
        ("front", "base"),
        ("queue", "pod"),
        ("queue.default.svc.cluster.local", "pod"),
        ("queue:9090", "pod"),
        (&*format!("partner:{}", partner.port()), "partner"),
        // There is a cluster, and nobody behind the name.
        ("elsewhere", "503"),
        ("queue:81", "404"),
        ("nowhere", "404"),
    ] {
        until(host, || match backend(&get(address, host, "/")) {
            found if found == expected => Ok(()),
            other => Err(other),
        })
        .unwrap();
    }
}

/// One file with everything, of what is checked word for word elsewhere.
#[test]
fn envoy_takes_the_bootstrap_whatever_slices_say() {
    let shop = EditedShop::saved();
    let folder = repository::path("gammactl/compile/tests/diagnostics/g2-references");
    let mut tried = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let input = entry.unwrap().path();
        let name = input.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("slice") || !name.ends_with(".yaml") {
            continue;
        }
        let bootstrap = shop.path("bootstrap.json");
        let output = gammactl()
            .args([
                "envoy",
                "--listen",
                "127.0.0.1:0",
                "--capture",
                "127.0.0.1:1",
                "--wasm",
            ])
            .arg(wasm())
            .arg("-f")
            .arg(&input)
            .arg("-o")
            .arg(&bootstrap)
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        validate(Bootstrap::File(&bootstrap)).unwrap_or_else(|error| panic!("{name}: {error}"));
        tried += 1;
    }
    assert!(tried > 3);
}
