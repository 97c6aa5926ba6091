use gamma_config::Service;

use super::*;

fn service(namespace: &str, name: &str, hosts: &[&str], ips: &[&str]) -> Service {
    Service {
        kind: ServiceKind::Service,
        namespace: namespace.into(),
        name: name.into(),
        hosts: hosts.iter().map(|&host| host.into()).collect(),
        cluster_ips: ips.iter().map(|ip| ip.parse().unwrap()).collect(),
        ports: Vec::new(),
    }
}

fn frontends() -> Frontends {
    let mut frontends = Frontends::new("cluster.local", "shop");
    frontends.add(
        ServiceFrontend::new(service("shop", "cart", &[], &["10.0.0.1", "fd00::1"]).head()),
        0..1,
    );
    frontends.add(
        ServiceFrontend::new(service("shop", "till", &["till.example"], &["10.0.0.1"]).head()),
        1..2,
    );
    frontends.add(
        ServiceFrontend::new(service("web", "cart", &[], &[]).head()),
        2..3,
    );
    let import = Service {
        kind: ServiceKind::ServiceImport,
        ..service(
            "shop",
            "cart",
            &["cart.shop.svc.clusterset.local"],
            &["10.0.0.9"],
        )
    };
    frontends.add(ServiceFrontend::new(import.head()), 3..4);
    frontends
}

/// The first port index of each candidate, and the dialled port.
fn find(scheme: &str, authority: &str, destination: Option<&str>) -> Option<(Vec<u32>, u16)> {
    let headers: [(&str, &str); 0] = [];
    let frontends = frontends();
    let (candidates, port) = frontends.find(&Request {
        method: b"GET",
        scheme: scheme.as_bytes(),
        authority: authority.as_bytes(),
        path: b"/",
        destination: destination.map(|address| address.parse().unwrap()),
        now: 0,
        headers: &headers,
    })?;
    Some((candidates.iter().map(|ports| ports.start).collect(), port))
}

#[test]
fn authorities_name_services() {
    let long = "a".repeat(254);
    let table = [
        ("cart", Some((0, 80))),
        ("cart:8080", Some((0, 8080))),
        ("CART", Some((0, 80))),
        ("cart.", Some((0, 80))),
        ("cart.:81", Some((0, 81))),
        ("cart.shop", Some((0, 80))),
        ("cart.shop.svc", Some((0, 80))),
        ("Cart.Shop.SVC.Cluster.Local.", Some((0, 80))),
        ("cart.shop.svc.cluster.local:9", Some((0, 9))),
        ("cart.web", Some((2, 80))),
        ("till.example", Some((1, 80))),
        ("cart.shop.svc.clusterset.local", Some((3, 80))),
        ("cart.shop.svc.other.local", None),
        ("cart.shop.cluster.local", None),
        ("cart.nowhere", None),
        ("other", None),
        ("cart:http", None),
        ("cart:99999", None),
        ("cart:", Some((0, 80))),
        ("cart:0080", Some((0, 80))),
        ("cart:+80", None),
        ("cart:-80", None),
        ("", None),
        (".", None),
        (".svc", None),
        ("10.1.2.3:8080", None),
        ("[::1]:80", None),
        (&*long, None),
    ];
    for (authority, expected) in table {
        let expected = expected.map(|(ports, port)| (vec![ports], port));
        assert_eq!(find("http", authority, None), expected, "{authority}");
    }
}

#[test]
fn the_scheme_gives_the_port_that_the_authority_leaves_out() {
    assert_eq!(find("https", "cart", None), Some((vec![0], 443)));
    assert_eq!(find("https", "cart:", None), Some((vec![0], 443)));
    assert_eq!(find("https", "cart:80", None), Some((vec![0], 80)));
    assert_eq!(find("", "cart", None), Some((vec![0], 80)));
}

#[test]
fn destination_beats_authority() {
    // The address is shared: both Services are candidates, the port tells them apart.
    let both = Some((vec![0, 1], 80));
    assert_eq!(find("http", "cart.web", Some("10.0.0.1:80")), both);
    assert_eq!(find("http", "cart.web", Some("[::ffff:10.0.0.1]:80")), both);
    assert_eq!(
        find("http", "nowhere", Some("[fd00::1]:80")),
        Some((vec![0], 80))
    );
    // A pod's address is no cluster IP: the authority decides.
    assert_eq!(
        find("http", "cart.web", Some("10.9.9.9:80")),
        Some((vec![2], 80))
    );
}

#[test]
fn a_cluster_ip_may_be_the_authority() {
    assert_eq!(find("http", "10.0.0.1:81", None), Some((vec![0, 1], 81)));
    assert_eq!(find("http", "[fd00::1]", None), Some((vec![0], 80)));
}

#[test]
fn authorities_split_at_the_last_colon_outside_brackets() {
    let table: [(&str, &str, Option<&str>); 5] = [
        ("a:1", "a", Some("1")),
        ("a", "a", None),
        ("[::1]", "[::1]", None),
        ("[::1]:2", "[::1]", Some("2")),
        ("", "", None),
    ];
    for (authority, host, port) in table {
        let expected = (host.as_bytes(), port.map(str::as_bytes));
        assert_eq!(split_port(authority.as_bytes()), expected, "{authority}");
    }
}
