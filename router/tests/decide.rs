//! Whole decisions, from a config and a request to an action. The same tests run natively and, by
//! `wasm-bindgen-test`, as wasm under Node.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "no proxy runs it"
)]

mod linear;

use std::time::Duration;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use fastrand::Rng;
use gamma_config::{Config, Feature};
use gamma_router::{Action, Decision, Request, Router};

type Sent<'a> = &'a [(&'a str, &'a str)];

fn config(rules: &str) -> Config {
    let config = format!(
        r#"{{"version":1,"services":[
            {{"namespace":"n","name":"s","ports":[{{"port":80,"cluster":"own","producer":{{"rules":[{rules}]}}}},
                                                 {{"port":81,"cluster":"own-81"}}]}}]}}"#
    );
    gamma_config::parse(config.as_bytes()).unwrap()
}

fn router(rules: &str) -> Router {
    Router::new(&config(rules), "n").unwrap()
}

fn request<'a>(
    method: &'a str,
    url: &'a str,
    headers: &'a [(&'a str, &'a str)],
) -> Request<'a, [(&'a str, &'a str)]> {
    let slash = url.find('/').unwrap_or(url.len());
    let (authority, path) = url.split_at(slash);
    Request {
        method: method.as_bytes(),
        scheme: b"http",
        authority: authority.as_bytes(),
        path: path.as_bytes(),
        destination: None,
        now: 0,
        headers,
    }
}

/// The cluster, or a few words on what happened instead.
fn outcome(router: &Router, decision: &Decision) -> String {
    match &decision.action {
        Action::PassThrough => "pass through".into(),
        Action::Forward { cluster, .. } => router.cluster(*cluster).unwrap().into(),
        Action::Redirect { status, location } => {
            format!("{status} {}", String::from_utf8_lossy(location))
        }
        Action::Preflight => "preflight".into(),
        Action::Reply(reason) => format!("{} {}", reason.status(), reason.as_str()),
    }
}

fn decide(router: &Router, method: &str, url: &str, headers: &[(&str, &str)]) -> String {
    let decision = router.decide(&request(method, url, headers), &mut Rng::with_seed(1));
    outcome(router, &decision)
}

#[test]
fn services_without_a_table_are_left_alone() {
    let router = router(r#"{"backendRefs":[{"cluster":"a"}]}"#);
    assert_eq!(decide(&router, "GET", "s/", &[]), "a");
    assert_eq!(decide(&router, "GET", "s:81/", &[]), "own-81");
    assert_eq!(decide(&router, "GET", "s:82/", &[]), "pass through");
    assert_eq!(decide(&router, "GET", "other/", &[]), "pass through");
}

#[test]
fn what_no_rule_matches_is_404_and_an_empty_table_matches_nothing() {
    let one = router(
        r#"{"matches":[{"path":{"type":"Exact","value":"/a"}}],"backendRefs":[{"cluster":"a"}]}"#,
    );
    assert_eq!(decide(&one, "GET", "s/a", &[]), "a");
    assert_eq!(decide(&one, "GET", "s/a/", &[]), "404 no-matching-rule");
    assert_eq!(
        decide(&router(""), "GET", "s/", &[]),
        "404 no-matching-rule"
    );
}

#[test]
fn every_predicate_of_a_match_must_hold() {
    let router = router(
        r#"{"matches":[{"path":{"value":"/a"},"method":"POST",
             "headers":[{"name":"Version","value":"two"},{"name":"color","type":"RegularExpression","value":"blu.?"}],
             "queryParams":[{"name":"animal","value":"whale"},{"name":"n","type":"RegularExpression","value":"[0-9]+"}]}],
            "backendRefs":[{"cluster":"a"}]}"#,
    );
    let hit = [("version", "two"), ("color", "blue")];
    let url = "s/a/b?n=17&animal=whale";
    assert_eq!(decide(&router, "POST", url, &hit), "a");
    let misses: [(&str, &str, Sent<'_>); 8] = [
        ("GET", url, &hit),
        ("post", url, &hit),
        ("POST", "s/b?n=17&animal=whale", &hit),
        ("POST", "s/a?n=x&animal=whale", &hit),
        ("POST", "s/a?n=1&animal=whaledolphin", &hit),
        ("POST", "s/a?n=1", &hit),
        ("POST", url, &[("version", "two")]),
        ("POST", url, &[("version", "two"), ("color", "blues!")]),
    ];
    for (method, url, headers) in misses {
        let got = decide(&router, method, url, headers);
        assert_eq!(got, "404 no-matching-rule", "{method} {url} {headers:?}");
    }
}

#[test]
fn repeated_headers_are_joined() {
    let router = router(
        r#"{"matches":[{"headers":[{"name":"x","value":"a,b"}]}],"backendRefs":[{"cluster":"joined"}]},
           {"matches":[{"headers":[{"name":"x","value":"a"}]}],"backendRefs":[{"cluster":"single"}]}"#,
    );
    assert_eq!(
        decide(&router, "GET", "s/", &[("x", "a"), ("X", "b")]),
        "joined"
    );
    assert_eq!(decide(&router, "GET", "s/", &[("x", "a,b")]), "joined");
    assert_eq!(decide(&router, "GET", "s/", &[("x", "a")]), "single");
    let three = [("x", "a"), ("x", "b"), ("x", "c")];
    assert_eq!(decide(&router, "GET", "s/", &three), "404 no-matching-rule");
}

#[test]
fn a_header_match_on_host_is_about_the_authority() {
    let router = router(
        r#"{"matches":[{"headers":[{"name":"Host","value":"s.n"}]}],"backendRefs":[{"cluster":"a"}]}"#,
    );
    assert_eq!(decide(&router, "GET", "s.n/", &[]), "a");
    assert_eq!(
        decide(&router, "GET", "s/", &[("host", "s.n")]),
        "404 no-matching-rule"
    );
}

#[test]
fn the_first_of_equivalent_names_counts() {
    let router = router(
        r#"{"matches":[{"headers":[{"name":"x","value":"1"},{"name":"X","value":"2"}]}],"backendRefs":[{"cluster":"a"}]}"#,
    );
    assert_eq!(decide(&router, "GET", "s/", &[("x", "1")]), "a");
}

#[test]
fn the_match_order_may_interleave_rules() {
    let rules = r#"
        {"matches":[{"path":{"value":"/"}},{"headers":[{"name":"version","value":"one"}]}],"backendRefs":[{"cluster":"v1"}]},
        {"matches":[{"path":{"value":"/v2"}},{"headers":[{"name":"version","value":"two"}]}],"backendRefs":[{"cluster":"v2"}]}
        ],"matchOrder":[[1,0],[0,1],[1,1],[0,0]"#;
    let router = router(rules);
    let table: [(&str, Sent<'_>, &str); 9] = [
        ("s/", &[], "v1"),
        ("s/example", &[], "v1"),
        ("s/", &[("Version", "one")], "v1"),
        ("s/v2", &[], "v2"),
        ("s/v2/example", &[], "v2"),
        ("s/", &[("Version", "two")], "v2"),
        ("s/v2/", &[], "v2"),
        ("s/v2example", &[], "v1"),
        ("s/foo/v2/example", &[], "v1"),
    ];
    for (url, headers, expected) in table {
        assert_eq!(
            decide(&router, "GET", url, headers),
            expected,
            "{url} {headers:?}"
        );
    }
}

#[test]
fn bad_backends_and_rules_answer_500() {
    let table = [
        (r#"{"backendRefs":[]}"#, "500 no-backend"),
        (
            r#"{"backendRefs":[{"cluster":"a","weight":0}]}"#,
            "500 no-backend",
        ),
        (
            r#"{"backendRefs":[{"invalid":"gone"}]}"#,
            "500 invalid-backend",
        ),
        (
            r#"{"invalid":"filter","backendRefs":[{"cluster":"a"}]}"#,
            "500 invalid-rule",
        ),
        (
            r#"{"backendRefs":[{"cluster":"a"},{"invalid":"gone","weight":0}]}"#,
            "a",
        ),
    ];
    for (rule, expected) in table {
        assert_eq!(decide(&router(rule), "GET", "s/", &[]), expected, "{rule}");
    }
}

#[test]
fn an_invalid_backend_keeps_its_share() {
    let router =
        router(r#"{"backendRefs":[{"cluster":"a","weight":3},{"invalid":"gone","weight":1}]}"#);
    let mut rng = Rng::with_seed(7);
    let bad = (0..10_000)
        .filter(|_| {
            let decision = router.decide(&request("GET", "s/", &[]), &mut rng);
            outcome(&router, &decision) == "500 invalid-backend"
        })
        .count();
    assert!((2_300..2_700).contains(&bad), "{bad}");
}

#[test]
fn backends_have_filters_of_their_own() {
    let router = router(
        r#"{"matches":[{"path":{"value":"/p"}}],
            "filters":[{"urlRewrite":{"hostname":"rule","path":{"replacePrefixMatch":"/rule"}}},
                       {"requestHeaderModifier":{"add":[{"name":"a","value":"rule"}]}}],
            "backendRefs":[{"cluster":"a","filters":[{"urlRewrite":{"path":{"replacePrefixMatch":"/backend"}}},
                       {"requestHeaderModifier":{"add":[{"name":"a","value":"backend"}]}}]}]},
           {"matches":[{"path":{"value":"/r"}}],
            "backendRefs":[{"cluster":"a","filters":[{"requestRedirect":{"path":{"replacePrefixMatch":"/there"}}}]}]}"#,
    );
    let decision = router.decide(&request("GET", "s/p/x?q", &[]), &mut Rng::with_seed(1));
    assert_eq!(outcome(&router, &decision), "a");
    let Action::Forward { path, .. } = decision.action else {
        panic!("not forwarded");
    };
    assert_eq!(path.as_deref(), Some(&b"/backend/x?q"[..]));
    assert_eq!(
        decide(&router, "GET", "s/r/x?q", &[]),
        "302 http://s/there/x?q"
    );
}

#[test]
fn consumer_routes_replace_producer_routes_for_their_namespace() {
    let config = gamma_config::parse(
        br#"{"version":1,"services":[{"namespace":"n","name":"s","ports":[{"port":80,"cluster":"own",
            "producer":{"rules":[{"backendRefs":[{"cluster":"producer"}]}]},
            "consumers":{"c":{"rules":[{"matches":[{"path":{"type":"Exact","value":"/c"}}],"backendRefs":[{"cluster":"consumer"}]}]}}}]}]}"#,
    )
    .unwrap();
    let of = |namespace| Router::new(&config, namespace).unwrap();
    assert_eq!(decide(&of("n"), "GET", "s.n/c", &[]), "producer");
    assert_eq!(decide(&of("x"), "GET", "s.n/c", &[]), "producer");
    assert_eq!(decide(&of("c"), "GET", "s.n/c", &[]), "consumer");
    // Replaced, not merged.
    assert_eq!(decide(&of("c"), "GET", "s.n/", &[]), "404 no-matching-rule");
}

#[test]
fn bytes_that_are_not_utf_8_match_like_any_other() {
    let router = router(
        r#"{"matches":[{"path":{"value":"/a"}}],"backendRefs":[{"cluster":"a"}]},
           {"matches":[{"path":{"type":"Exact","value":"/b"}}],"backendRefs":[{"cluster":"b"}]}"#,
    );
    let headers: [(&[u8], &[u8]); 1] = [(b"x", b"\xff\xfe")];
    let path_to = |path: &'static [u8]| {
        let request = Request {
            method: b"GET",
            scheme: b"http",
            authority: b"s",
            path,
            destination: None,
            now: 0,
            headers: &headers,
        };
        outcome(&router, &router.decide(&request, &mut Rng::with_seed(1)))
    };
    assert_eq!(path_to(b"/a/\xff\xfe"), "a");
    assert_eq!(path_to(b"/a\xff"), "404 no-matching-rule");
    assert_eq!(path_to(b"/b\xff"), "404 no-matching-rule");
    assert_eq!(path_to(b"/b?\xff"), "b");
    assert_eq!(path_to(b""), "404 no-matching-rule");
}

#[test]
fn the_index_agrees_with_a_look_at_every_match_in_order() {
    let mut rng = Rng::with_seed(42);
    let mut matched = 0;
    for _ in 0..400 {
        let config = linear::random_config(&mut rng);
        let router = Router::new(&config, "n").unwrap();
        let table = config.services[0].ports[0].producer.as_ref().unwrap();
        for _ in 0..50 {
            let (method, path, headers) = linear::random_request(&mut rng);
            let url = format!("s{path}");
            let headers: Vec<(&str, &str)> = headers
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            let expected = linear::first_match(table, method, &path, &headers);
            let got = decide(&router, method, &url, &headers);
            let expected = expected.map_or("404 no-matching-rule".into(), |r| format!("rule-{r}"));
            assert_eq!(got, expected, "{method} {path} {headers:?} {table:#?}");
            matched += usize::from(got.starts_with("rule"));
        }
    }
    // Neither side is trivial.
    assert!((4_000..16_000).contains(&matched), "{matched}");
}

#[test]
fn a_preflight_is_answered_by_the_rule_of_the_request_that_it_announces() {
    let cors = r#""filters":[{"cors":{"allowOrigins":["*"]}}],"backendRefs":[{"cluster":"a"}]"#;
    let router = router(&format!(
        r#"{{"matches":[{{"method":"PUT","path":{{"value":"/a"}}}}],{cors}}},
           {{"matches":[{{"path":{{"value":"/a"}}}}],"backendRefs":[{{"cluster":"b"}}]}},
           {{"matches":[{{"method":"PUT","path":{{"value":"/c"}}}}],{cors}}}"#
    ));
    let asks = |method| {
        [
            ("origin", "http://o"),
            ("access-control-request-method", method),
        ]
    };
    assert_eq!(decide(&router, "OPTIONS", "s/a", &asks("PUT")), "preflight");
    assert_eq!(decide(&router, "OPTIONS", "s/c", &asks("PUT")), "preflight");
    assert_eq!(decide(&router, "OPTIONS", "s/a", &asks("GET")), "b");
    assert_eq!(
        decide(&router, "OPTIONS", "s/c", &asks("GET")),
        "404 no-matching-rule"
    );
    assert_eq!(decide(&router, "OPTIONS", "s/a", &asks("PUT")[..1]), "b");
    assert_eq!(decide(&router, "PUT", "s/a", &asks("PUT")), "a");
}

#[test]
fn a_backend_answers_preflights_of_a_rule_that_matches_a_method() {
    let router = router(
        r#"{"matches":[{"method":"POST"}],"backendRefs":[
            {"cluster":"a","filters":[{"cors":{"allowOrigins":["*"]}}]}]},
           {"matches":[{"method":"PUT"}],"backendRefs":[{"cluster":"b"}]}"#,
    );
    let asks = |method| {
        [
            ("origin", "http://o"),
            ("access-control-request-method", method),
        ]
    };
    assert_eq!(decide(&router, "OPTIONS", "s/", &asks("POST")), "preflight");
    let none = "404 no-matching-rule";
    assert_eq!(decide(&router, "OPTIONS", "s/", &asks("PUT")), none);
}

#[test]
fn a_preflight_goes_to_no_backend_that_does_not_answer_it() {
    let cors = r#""filters":[{"cors":{"allowOrigins":["*"]}}]"#;
    let asks = [
        ("origin", "http://o"),
        ("access-control-request-method", "POST"),
    ];
    let split = router(&format!(
        r#"{{"matches":[{{"method":"POST"}}],"backendRefs":[
            {{"cluster":"a","weight":1,{cors}}},{{"cluster":"b","weight":99}}]}}"#
    ));
    assert_eq!(
        decide(&split, "OPTIONS", "s/", &asks),
        "404 no-matching-rule"
    );
    let of_nobody = router(&format!(
        r#"{{"matches":[{{"method":"POST"}}],"backendRefs":[{{"cluster":"a","weight":0,{cors}}}]}}"#
    ));
    assert_eq!(
        decide(&of_nobody, "OPTIONS", "s/", &asks),
        "404 no-matching-rule"
    );
    let of_rule = router(&format!(
        r#"{{"matches":[{{"method":"POST"}}],{cors},"backendRefs":[{{"cluster":"a"}}]}},
           {{"backendRefs":[{{"cluster":"b"}},{{"cluster":"c","weight":0,{cors}}}]}}"#
    ));
    assert_eq!(decide(&of_rule, "OPTIONS", "s/", &asks), "preflight");
    let of_all = router(&format!(
        r#"{{"matches":[{{"method":"POST"}}],"backendRefs":[
            {{"cluster":"a",{cors}}},{{"cluster":"b",{cors}}},{{"cluster":"c","weight":0}}]}}"#
    ));
    assert_eq!(decide(&of_all, "OPTIONS", "s/", &asks), "preflight");
}

#[test]
fn a_match_does_not_see_what_a_client_writes_in_headers_of_the_filter() {
    let router = router(
        r#"{"matches":[{"headers":[{"name":"X-Envoy-Retry-On","value":"5xx"}]},
                       {"headers":[{"name":"x-envoy-original-path","value":".*","type":"RegularExpression"}]}],
            "backendRefs":[{"cluster":"a"}]},
           {"backendRefs":[{"cluster":"b"}]}"#,
    );
    for name in ["x-envoy-retry-on", "x-envoy-original-path"] {
        assert_eq!(
            decide(&router, "GET", "s/", &[(name, "5xx")]),
            "b",
            "{name}"
        );
    }
}

#[test]
fn sessions_beat_weights() {
    let rule = |weights: [u32; 2]| {
        router(&format!(
            r#"{{"route":"r","backendRefs":[{{"cluster":"a","weight":{}}},{{"cluster":"b","weight":{}}}],
                "sessionPersistence":{{"name":"s"}}}}"#,
            weights[0], weights[1]
        ))
    };
    let before = rule([1, 0]);
    let decision = before.decide(&request("GET", "s/", &[]), &mut Rng::with_seed(1));
    let (rule_id, backend) = (decision.rule.unwrap(), decision.backend.unwrap());
    let endpoint = "127.0.0.1:80".parse().unwrap();
    let session = before.rule(rule_id).unwrap().session().unwrap();
    let (_, cookie) = session.begin(backend.index(), Some(endpoint), 0, false);
    let headers = [("cookie", cookie.split(';').next().unwrap())];

    let after = rule([0, 1]);
    assert_eq!(decide(&after, "GET", "s/", &[]), "b");
    let decision = after.decide(&request("GET", "s/", &headers), &mut Rng::with_seed(1));
    assert_eq!(outcome(&after, &decision), "a");
    assert_eq!(decision.endpoint(), Some(endpoint));
    let other_rule = router(
        r#"{"route":"q","backendRefs":[{"cluster":"a"}],"sessionPersistence":{"name":"s"}}"#,
    );
    let decision = other_rule.decide(&request("GET", "s/", &headers), &mut Rng::with_seed(1));
    assert_eq!(decision.endpoint(), None);
}

#[test]
fn hostnames_are_matched_by_labels() {
    let router = router(
        r#"{"matches":[{"hostname":"s.n.svc"}],"backendRefs":[{"cluster":"exact"}]},
           {"matches":[{"hostname":"*.n"}],"backendRefs":[{"cluster":"wildcard"}]}"#,
    );
    assert_eq!(decide(&router, "GET", "S.n.svc.:80/", &[]), "exact");
    assert_eq!(decide(&router, "GET", "s.n/", &[]), "wildcard");
    assert_eq!(decide(&router, "GET", "s/", &[]), "404 no-matching-rule");
}

#[test]
fn rules_of_the_same_name_do_not_share_sessions() {
    // Such a config is refused when it is read; a router may be made of one that nobody has checked.
    let rule = |name: &str| {
        format!(
            r#"{{"route":"HTTPRoute/n/r","name":"{name}","matches":[{{"path":{{"value":"/{name}"}}}}],
                "backendRefs":[{{"cluster":"a","weight":0}},{{"cluster":"b"}}],"sessionPersistence":{{"name":"s"}}}}"#
        )
    };
    let mut config = config(&format!("{},{}", rule("one"), rule("two")));
    let producer = &mut config.services[0].ports[0].producer;
    for rule in &mut producer.as_mut().unwrap().rules {
        rule.name = "0".into();
    }
    let router = Router::new(&config, "n").unwrap();
    let first = |path: &str| router.decide(&request("GET", path, &[]), &mut Rng::with_seed(1));
    let token = |path: &str| {
        let session = router.rule(first(path).rule.unwrap()).unwrap().session();
        let (_, cookie) = session.unwrap().begin(0, None, 0, false);
        cookie.split(';').next().unwrap().to_owned()
    };
    let (one, two) = (token("s/one"), token("s/two"));
    assert_ne!(one, two);
    assert_eq!(decide(&router, "GET", "s/one", &[("cookie", &one)]), "a");
    assert_eq!(decide(&router, "GET", "s/two", &[("cookie", &two)]), "a");
    assert_eq!(decide(&router, "GET", "s/two", &[("cookie", &one)]), "b");
    assert_eq!(decide(&router, "GET", "s/one", &[("cookie", &two)]), "b");
}

#[test]
fn what_a_rule_answers_itself_names_the_rule_and_keeps_its_cors_headers() {
    let router = router(
        r#"{"matches":[{"path":{"value":"/bad"}}],"invalid":"filter"},
           {"matches":[{"path":{"value":"/moved"}}],
            "filters":[{"cors":{"allowOrigins":["http://o"]}},{"requestRedirect":{"hostname":"new"}}]}"#,
    );
    let preflight = [
        ("origin", "http://o"),
        ("access-control-request-method", "GET"),
    ];
    let table: [(&str, &str, Sent<'_>, &str, u32, bool); 4] = [
        (
            "GET",
            "s/bad",
            &preflight[..1],
            "500 invalid-rule",
            0,
            false,
        ),
        ("GET", "s/moved", &[], "302 http://new/moved", 1, false),
        (
            "GET",
            "s/moved",
            &preflight[..1],
            "302 http://new/moved",
            1,
            true,
        ),
        ("OPTIONS", "s/moved", &preflight, "preflight", 1, true),
    ];
    let rules: Vec<_> = router.rules().map(|rule| rule.id()).collect();
    for (method, url, headers, expected, rule, is_allowed) in table {
        let decision = router.decide(&request(method, url, headers), &mut Rng::with_seed(1));
        assert_eq!(outcome(&router, &decision), expected, "{method} {url}");
        assert_eq!(decision.rule, Some(rules[rule as usize]), "{method} {url}");
        let allowed = decision.response.iter().find(|header| {
            header.name == "access-control-allow-origin" && header.value == b"http://o"
        });
        assert_eq!(allowed.is_some(), is_allowed, "{method} {url} {headers:?}");
    }
}

#[test]
fn a_rule_with_cors_for_options_comes_before_that_of_the_announced_method() {
    let cors = r#""filters":[{"cors":{"allowOrigins":["*"]}}]"#;
    let router = router(&format!(
        r#"{{"matches":[{{"method":"PUT"}}],{cors}}},{{{cors}}}"#
    ));
    let asks = [
        ("origin", "http://o"),
        ("access-control-request-method", "PUT"),
    ];
    let decision = router.decide(&request("OPTIONS", "s/", &asks), &mut Rng::with_seed(1));
    assert_eq!(outcome(&router, &decision), "preflight");
    assert_eq!(decision.rule, router.rules().nth(1).map(|rule| rule.id()));
}

#[test]
fn a_session_does_not_go_to_a_backend_that_redirects_now() {
    let rule = |filters: &str| {
        router(&format!(
            r#"{{"route":"r","backendRefs":[{{"cluster":"a","weight":0{filters}}},{{"cluster":"b"}}],
                "sessionPersistence":{{"name":"s"}}}}"#
        ))
    };
    let (before, after) = (
        rule(""),
        rule(r#","filters":[{"requestRedirect":{"hostname":"o"}}]"#),
    );
    let session = before.rules().next().unwrap().session().unwrap();
    let (_, cookie) = session.begin(0, None, 0, false);
    let headers = [("cookie", cookie.split(';').next().unwrap())];
    assert_eq!(decide(&before, "GET", "s/", &headers), "a");
    assert_eq!(decide(&after, "GET", "s/", &headers), "b");
}

#[test]
fn a_session_is_carried_in_any_cookie_and_in_any_header_but_the_filters() {
    for (kind, name, expected) in [
        ("Cookie", "s", true),
        ("Cookie", "x-gamma-cluster", true),
        ("Header", "s", true),
        ("Header", "X-Gamma-Cluster", false),
        ("Header", "x-envoy-retry-on", false),
    ] {
        // Such a config is refused when it is read; a router may be made of one that nobody has checked.
        let mut config = config(&format!(
            r#"{{"backendRefs":[{{"cluster":"a"}}],"sessionPersistence":{{"name":"s","type":"{kind}"}}}}"#
        ));
        let producer = config.services[0].ports[0].producer.as_mut().unwrap();
        let session = producer.rules[0].session_persistence.as_mut();
        session.unwrap().name = name.into();
        let router = Router::new(&config, "n").unwrap();
        let rule = router.rules().next().unwrap();
        assert_eq!(rule.session().is_some(), expected, "{kind} {name}");
    }
}

#[test]
fn a_router_says_what_it_has_and_needs() {
    let of = |settings: &str, addresses: &str, session: &str| {
        let config = format!(
            r#"{{"version":1,"settings":{{{settings}}},"services":[
                {{"namespace":"n","name":"s","clusterIPs":[{addresses}],"ports":[{{"port":80,"cluster":"own","producer":{{"rules":[
                    {{"backendRefs":[{{"cluster":"a"}}],"sessionPersistence":{{{session}}}}},
                    {{"backendRefs":[{{"cluster":"a"}}]}}]}}}}]}},
                {{"namespace":"n","name":"t","ports":[{{"port":80,"cluster":"own-t","producer":{{"rules":[]}}}}]}}]}}"#
        );
        let config = gamma_config::parse(config.as_bytes()).unwrap();
        Router::new(&config, "n").unwrap()
    };
    let some = of(
        r#""clusterHeader":"x-gamma-to""#,
        r#""10.0.0.1""#,
        r#""name":"s","absoluteTimeout":"1m""#,
    );
    assert_eq!(some.services(), 2);
    assert_eq!(some.cluster_header(), "x-gamma-to");
    assert!(some.needs_destination() && some.needs_time());
    assert!(some.features().has(Feature::Sessions));
    assert!(!some.features().has(Feature::Mirrors));
    let less = of("", "", r#""name":"s""#);
    assert!(!less.needs_destination() && !less.needs_time());
}

#[test]
fn a_rule_says_what_it_is_called_and_what_it_asks_for() {
    let router = router(
        r#"{"route":"HTTPRoute/n/r","name":"0","backendRefs":[{"cluster":"a"},{"invalid":"gone"}],
            "timeouts":{"request":"3s"},"filters":[{"externalAuth":{"cluster":"auth"}}]},
           {"name":"1","retry":{}},
           {"name":"2","timeouts":{"request":"0s"}},
           {"name":"3"}"#,
    );
    let rules: Vec<_> = router.rules().collect();
    let names: Vec<_> = rules
        .iter()
        .map(|rule| (rule.route(), rule.name()))
        .collect();
    let unnamed = [("", "1"), ("", "2"), ("", "3")];
    assert_eq!(names[0], ("HTTPRoute/n/r", "0"));
    assert_eq!(names[1..], unnamed);
    let limits = rules
        .iter()
        .map(|rule| Some(rule.policy()?.request_limit()));
    let three = Some(Some(Duration::from_secs(3)));
    // A timeout of 0 is none.
    let none = Some(None);
    assert_eq!(limits.collect::<Vec<_>>(), [three, none, none, None]);
    let auth = rules[0].external_auth().map(|auth| &*auth.cluster);
    assert_eq!(auth, Some("auth"));
    assert!(rules[1].external_auth().is_none());

    let mut rng = Rng::with_seed(1);
    let mut drawn = [None; 2];
    for _ in 0..50 {
        let decision = router.decide(&request("GET", "s/", &[]), &mut rng);
        let backend = decision.backend.unwrap();
        drawn[backend.index() as usize] = Some(rules[0].cluster(backend));
    }
    assert_eq!(drawn, [Some(Some("a")), Some(None)]);
}

#[test]
fn a_refused_pattern_is_named_with_its_place() {
    // Validation knows only that the engine reads it, and not that the engine will not have it.
    let rules = |value: &str| {
        format!(
            r#"{{"rules":[{{"name":"0"}},{{"name":"1","matches":[{{"method":"GET"}},
                {{"headers":[{{"name":"x","value":"{value}","type":"RegularExpression"}}]}}]}}]}}"#
        )
    };
    let config = format!(
        r#"{{"version":1,"services":[{{"namespace":"n","name":"s","ports":[]}},
            {{"namespace":"n","name":"t","ports":[{{"port":80,"cluster":"own"}},
                {{"port":81,"cluster":"own","producer":{},"consumers":{{"c":{}}}}}]}}]}}"#,
        rules("(a{1000}){1000}"),
        rules("(b{1000}){1000}"),
    );
    let config = gamma_config::parse(config.as_bytes()).unwrap();
    for (namespace, table) in [("n", "producer"), ("c", "consumers.c")] {
        let error = Router::new(&config, namespace).unwrap_err().to_string();
        let place = format!("services[1].ports[1].{table}.rules[1].matches[1].headers[0].value");
        assert!(error.contains(&place), "{error}");
    }
}
