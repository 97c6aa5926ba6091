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

fn frontends() -> FrontendIndex {
    let mut frontends = FrontendIndex::new("cluster.local", "shop");
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
fn only_names_of_services_get_suffixes_and_are_shortened() {
    for authority in [
        "till.example.svc",
        "till.example.svc.cluster.local",
        "cart.shop.svc.clusterset.local.svc",
    ] {
        assert_eq!(find("http", authority, None), None, "{authority}");
    }
    let mut frontends = FrontendIndex::new("cluster.local", "shop");
    let extra = service("web", "cart", &["pay.shop"], &[]);
    frontends.add(ServiceFrontend::new(extra.head()), 0..1);
    assert!(frontends.by_host(b"pay.shop").is_some());
    assert!(frontends.by_host(b"pay").is_none());
}

#[test]
fn names_are_compared_in_any_case_whatever_case_the_config_is_in() {
    let mut frontends = FrontendIndex::new("Cluster.Local", "Shop");
    let upper = service("Shop", "Cart", &["Till.Example"], &[]);
    frontends.add(ServiceFrontend::new(upper.head()), 0..1);
    for authority in [
        "cart",
        "Cart",
        "cart.shop",
        "Cart.Shop",
        "CART.SHOP.svc",
        "cart.Shop.svc.cluster.local",
        "till.example",
        "Till.Example",
    ] {
        assert!(
            frontends.by_host(authority.as_bytes()).is_some(),
            "{authority}"
        );
    }
}

#[test]
fn an_extra_host_takes_no_name_of_a_service() {
    let own = service("shop", "cart", &[], &[]);
    let other = service("shop", "till", &["cart.shop", "cart"], &[]);
    for order in [[&own, &other], [&other, &own]] {
        let mut frontends = FrontendIndex::new("cluster.local", "shop");
        for (i, service) in (0..).zip(order) {
            let ports = if service.name == "cart" {
                7..8
            } else {
                i..i + 1
            };
            frontends.add(ServiceFrontend::new(service.head()), ports);
        }
        for name in [&b"cart.shop"[..], b"cart"] {
            let found = frontends.by_host(name).and_then(<[_]>::first);
            assert_eq!(found, Some(&(7..8)));
        }
    }
}
