//! Hosts that are not Envoy, as far as one call shows it. `tests/tests/hosts` has the module in them.

use super::{CONFIG, Recorder, get, run};
use crate::{
    host::{DESTINATION, UPSTREAM, address},
    progress::RequestProgress,
};

fn config(host: &str) -> String {
    let settings = format!(r#""settings": {{"host": "{host}", "#);
    CONFIG.replace(r#""settings": {"#, &settings)
}

type Properties = [(&'static str, &'static str)];

#[test]
fn addresses_have_their_port_in_one_place_or_another() {
    const EIGHTY: &str = "\x50\0\0\0\0\0\0\0";
    let table: [(&Properties, Option<&str>); 7] = [
        (&[("upstream.address", "10.0.0.1:80")], Some("10.0.0.1:80")),
        (&[("upstream.address", "[::1]:80")], Some("[::1]:80")),
        (
            &[("upstream.address", "10.0.0.1"), ("upstream.port", "80")],
            Some("10.0.0.1:80"),
        ),
        (
            &[("upstream.address", "::1"), ("upstream.port", EIGHTY)],
            Some("[::1]:80"),
        ),
        (&[("upstream.address", "10.0.0.1")], None),
        (
            &[("upstream.address", "10.0.0.1"), ("upstream.port", "80000")],
            None,
        ),
        (&[("upstream.address", "@pipe")], None),
    ];
    for (properties, expected) in table {
        let host = Recorder {
            properties: properties.to_vec(),
            ..Recorder::default()
        };
        let expected = expected.map(|text| text.parse().unwrap());
        assert_eq!(address(&host, UPSTREAM), expected, "{properties:?}");
        assert_eq!(address(&host, DESTINATION), None);
    }
}

#[test]
fn the_host_line_counts_where_the_authority_is_the_proxys() {
    let mut host = get("/plain");
    host.request[2] = (":authority", b"_:28000");
    host.request.push(("Host", b"s"));
    for (kind, calls) in [("envoy", 1), ("nginx", 3), ("other", 2)] {
        // In Envoy, nothing is known of that authority; nginx is asked for the path, too.
        assert_eq!(run(&host, &config(kind)).1.len(), calls, "{kind}");
    }
}

#[test]
fn owned_headers_are_overwritten_where_removing_may_not_remove() {
    let mut host = get("/plain");
    host.request.push(("X-Gamma-Cluster", b"stolen"));
    let of = |kind| {
        let calls = run(&host, &config(kind)).1;
        let about = calls.into_iter().filter(|call| call.contains("X-Gamma"));
        about.collect::<Vec<_>>()
    };
    assert_eq!(of("envoy"), ["remove Request X-Gamma-Cluster"]);
    assert_eq!(of("nginx"), ["set Request X-Gamma-Cluster: "]);
    assert_eq!(
        of("other"),
        [
            "set Request X-Gamma-Cluster: ",
            "remove Request X-Gamma-Cluster"
        ]
    );
}

/// Envoy never cuts a map, and yet nothing is left to select a cluster with.
#[test]
fn a_long_header_map_is_not_trusted() {
    let mut host = get("/plain");
    host.request[2] = (":authority", b"elsewhere");
    host.request.extend([("x", &b"1"[..]); 96]);
    for (kind, expected) in [
        ("envoy", "remove Request x-gamma-cluster"),
        ("nginx", "reply 431"),
        ("other", "reply 431"),
    ] {
        let (progress, calls) = run(&host, &config(kind));
        let answered = matches!(progress, RequestProgress::Answered(None));
        assert_eq!(answered, kind != "envoy");
        assert_eq!(calls[1..], [expected], "{kind}");
    }
    host.request.pop();
    let (_, calls) = run(&host, &config("other"));
    assert_eq!(calls[1..], ["remove Request x-gamma-cluster"]);
}
