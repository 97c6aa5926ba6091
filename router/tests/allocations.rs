//! A plain forward allocates nothing, whatever the size of the config.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "no proxy runs it"
)]

use allocation_counter::measure;
use gamma_router::{Action, Request, Router};

fn router(rules: usize) -> Router {
    let rules: Vec<String> = (0..rules)
        .map(|i| {
            format!(
                r#"{{"matches":[{{"path":{{"value":"/app-{i}"}},"method":"GET",
                     "headers":[{{"name":"x-version","value":"2"}}],"queryParams":[{{"name":"q","value":"a b"}}]}}],
                   "backendRefs":[{{"cluster":"a","weight":9}},{{"cluster":"b"}}]}}"#
            )
        })
        .collect();
    let config = format!(
        r#"{{"version":1,"services":[{{"namespace":"n","name":"s","clusterIPs":["10.0.0.1"],
            "ports":[{{"port":80,"cluster":"own","producer":{{"rules":[{}]}}}}]}}]}}"#,
        rules.join(",")
    );
    Router::new(&gamma_config::parse(config.as_bytes()).unwrap(), "n").unwrap()
}

#[test]
fn a_plain_forward_allocates_nothing() {
    let headers = [
        ("accept", "*/*"),
        ("x-version", "2"),
        ("user-agent", "test"),
    ];
    for rules in [1, 10, 1_000] {
        let router = router(rules);
        let mut rng = fastrand::Rng::with_seed(1);
        let path = format!("/app-{}/x/y?p=1&q=a%20b", rules - 1);
        for (authority, destination) in [
            ("s", None),
            ("S.n.svc.cluster.local:80", None),
            ("elsewhere", Some("10.0.0.1:80".parse().unwrap())),
        ] {
            let request = Request {
                method: b"GET",
                scheme: b"http",
                authority: authority.as_bytes(),
                path: path.as_bytes(),
                destination,
                now: 0,
                headers: &headers,
            };
            let mut forwarded = false;
            let counted = measure(|| {
                let decision = router.decide(&request, &mut rng);
                forwarded =
                    matches!(decision.action, Action::Forward { .. }) && decision.rule.is_some();
            });
            assert!(forwarded, "{authority}");
            assert_eq!(counted.count_total, 0, "{rules} rules, {authority}");
        }
    }
}
