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

/// What a host leaves out may be what a match asks for, or what a client must not say.
#[test]
fn a_header_map_without_its_end_or_its_method_is_answered_500() {
    let cut = Recorder {
        cut: 1,
        ..get("/plain")
    };
    let mut without_method = get("/plain");
    without_method.request.remove(0);
    for host in [cut, without_method] {
        let (progress, calls) = run(&host, &config("other"));
        assert!(matches!(progress, RequestProgress::Answered(None)));
        assert_eq!(calls, ["read Request", "reply 500"]);
    }
}

#[test]
fn the_path_is_asked_for_where_the_header_has_it_decoded() {
    let table = [
        ("/free?q", "set Request x-envoy-upstream-rq-timeout-ms: 0"),
        // That is no path: better the decoded one than none.
        ("free", "set Request x-gamma-cluster: plain"),
        ("", "set Request x-gamma-cluster: plain"),
    ];
    for (raw, expected) in table {
        let mut host = get("/plain");
        host.request.push(("host", b"s"));
        host.properties = vec![("request.path", raw)];
        let (_, calls) = run(&host, &config("nginx"));
        assert_eq!(calls[1], "property request.path");
        assert_eq!(calls[2], expected, "{raw:?}");
    }
}

#[test]
fn grpc_statuses_are_said_in_headers_where_the_host_may_not_know_them() {
    for (kind, expected) in [
        ("envoy", "reply 500 grpc 14 x-gamma-reason: invalid-backend"),
        (
            "other",
            "reply 200 content-type: application/grpc grpc-status: 14 \
             grpc-message: the route\\'s backend does not exist or may not be used \
             x-gamma-reason: invalid-backend",
        ),
    ] {
        let mut host = get("/bad");
        host.request.push(("content-type", b"application/grpc"));
        let (_, calls) = run(&host, &config(kind));
        assert_eq!(calls.last().unwrap(), expected, "{kind}");
    }
}

/// Overwriting a header that the request lacks would add it.
#[test]
fn a_rule_removes_what_the_request_has() {
    let of = |kind, has_it: bool| {
        let mut host = get("/edit");
        host.request.push(("host", b"s"));
        if has_it {
            host.request.push(("C", b"1"));
        }
        let calls = run(&host, &config(kind)).1;
        let about = calls
            .into_iter()
            .filter(|call| call.starts_with("remove Request") || call.starts_with("set Request c"));
        about.collect::<Vec<_>>()
    };
    for has_it in [true, false] {
        assert_eq!(of("envoy", has_it), ["remove Request c"]);
    }
    assert_eq!(of("nginx", true), ["set Request c: "]);
    assert_eq!(of("other", true), ["set Request c: ", "remove Request c"]);
    for kind in ["nginx", "other"] {
        assert_eq!(of(kind, false), Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn a_rewritten_authority_leaves_no_other_host_beside_it() {
    let of = |kind, has_it: bool| {
        let mut host = get("/edit");
        if has_it {
            host.request.push(("host", b"s"));
        }
        let calls = run(&host, &config(kind)).1;
        let about = calls.into_iter().filter(|call| call.ends_with(": other"));
        about.collect::<Vec<_>>()
    };
    let authority = "set Request :authority: other";
    assert_eq!(of("envoy", true), [authority]);
    assert_eq!(of("other", false), [authority]);
    assert_eq!(of("other", true), [authority, "set Request host: other"]);
    assert_eq!(of("nginx", true), ["set Request x-gamma-host: other"]);
}

#[test]
fn what_passes_takes_no_cluster_along_unless_the_host_removes_nothing() {
    for removes_nothing in [false, true] {
        let mut host = get("/plain");
        host.request[2] = (":authority", b"elsewhere");
        host.removes_nothing = removes_nothing;
        let (progress, calls) = run(&host, &config("other"));
        assert!(matches!(progress, RequestProgress::Continue(_)));
        assert_eq!(calls[1..], ["remove Request x-gamma-cluster"]);
        // A host that fails otherwise does not let it pass.
        let shared = crate::config::Shared::new(config("other"), &host).unwrap();
        host.calls();
        host.fail_at.set(Some(2));
        let progress = crate::request::on_headers(&host, &shared);
        assert!(matches!(progress, RequestProgress::Answered(None)));
    }
}
