//! Fragments of a bootstrap are merged, and mistakes in them are found.

use gamma_manifest::{
    diagnostic::{Diagnostics, Format, render},
    source::Sources,
};
use serde_json::{Value, json};

use super::merge;

fn generated() -> Value {
    json!({
        "admin": { "address": 1 },
        "static_resources": {
            "listeners": [{ "name": "l", "filter_chains": [{ "name": "gamma", "filters": [{
                "name": "hcm",
                "typed_config": {
                    "@type": "Hcm",
                    "access_log": [{ "name": "stdout", "typed_config": { "@type": "Out", "x": 1 } }],
                    "http_filters": [{ "name": "gamma" }, { "name": "router" }],
                },
            }] }] }],
            "clusters": [
                { "name": "a", "connect_timeout": "1s", "endpoints": [1, 2] },
                { "name": "b", "connect_timeout": "1s" },
                { "name": "original_dst" },
            ],
        },
    })
}

fn merged(fragment: &str) -> (Value, String) {
    let mut bootstrap = generated();
    let mut sources = Sources::default();
    sources.add("f.yaml", fragment);
    let mut diagnostics = Diagnostics::default();
    merge(&mut bootstrap, &sources, &mut diagnostics);
    (bootstrap, render(&diagnostics, &sources, Format::Text))
}

/// What is different at `pointer`.
fn check(fragment: &str, pointer: &str, expected: &Value) {
    let (merged, said) = merged(fragment);
    assert_eq!(said, "", "{fragment}");
    assert_eq!(merged.pointer(pointer), Some(expected), "{fragment}");
}

#[test]
fn each_kind_merges_in_its_way() {
    let manager = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config";
    let at = |member: &str| format!("{manager}/{member}");
    let in_manager = |text: &str| {
        format!(
            "static_resources: {{listeners: [{{name: '*', filter_chains: [{{name: gamma, filters: \
             [{{name: hcm, typed_config: {text}}}]}}]}}]}}"
        )
    };
    let clusters = |text: &str| format!("static_resources: {{clusters: {text}}}");
    let cluster = "/static_resources/clusters";
    let table: [(String, &str, Value); 12] = [
        // Members are added, replaced and removed.
        ("tracing: {x: yes}".into(), "/tracing", json!({ "x": true })),
        (
            "admin: {profile_path: p}".into(),
            "/admin",
            json!({ "address": 1, "profile_path": "p" }),
        ),
        ("admin: {address: 2}".into(), "/admin/address", json!(2)),
        ("admin: {address: null, x: ~}".into(), "/admin", json!({})),
        // Named items are found by name, or are new.
        (
            clusters("[{name: b, connect_timeout: 2s, transport_socket: {}}]"),
            "/static_resources/clusters/1",
            json!({ "name": "b", "connect_timeout": "2s", "transport_socket": {} }),
        ),
        (
            clusters("[{name: '*', connect_timeout: 3s, endpoints: [3]}]"),
            cluster,
            json!([
                { "name": "a", "connect_timeout": "3s", "endpoints": [3] },
                { "name": "b", "connect_timeout": "3s", "endpoints": [3] },
                { "name": "original_dst" },
            ]),
        ),
        (
            clusters("[{name: mine, type: STATIC}]"),
            "/static_resources/clusters/3",
            json!({ "name": "mine", "type": "STATIC" }),
        ),
        (
            clusters("[{name: mine, type: STATIC}, {name: b}]"),
            "/static_resources/clusters/1/name",
            json!("mine"),
        ),
        (
            in_manager("{http_filters: [{name: jwt, typed_config: {a: 1}}]}"),
            &at("http_filters"),
            json!([{ "name": "gamma" }, { "name": "jwt", "typed_config": { "a": 1 } }, { "name": "router" }]),
        ),
        (
            in_manager("{http_filters: [{name: jwt, typed_config: {a: 1}}, {name: gamma}]}"),
            &at("http_filters/0/name"),
            json!("jwt"),
        ),
        // A message of another type has nothing in common with the old one.
        (
            in_manager("{access_log: [{name: stdout, typed_config: {'@type': File, path: /x}}]}"),
            &at("access_log"),
            json!([{ "name": "stdout", "typed_config": { "@type": "File", "path": "/x" } }]),
        ),
        (
            in_manager("{access_log: [{name: stdout, typed_config: {'@type': Out, z: '2'}}]}"),
            &at("access_log/0/typed_config"),
            json!({ "@type": "Out", "x": 1, "z": "2" }),
        ),
    ];
    for (fragment, pointer, expected) in table {
        check(&fragment, pointer, &expected);
    }
}

#[test]
fn documents_merge_one_after_the_other() {
    let text = "admin: {x: 1, z: 1}\n---\nadmin: {z: 2}\n";
    check(text, "/admin", &json!({ "address": 1, "x": 1, "z": 2 }));
}

#[test]
fn what_does_not_fit_is_said_and_left_out() {
    for (fragment, expected) in [
        (
            "admni: {}",
            "a bootstrap has no member `admni`|did you mean `admin`?|1:1",
        ),
        (
            "staticResources: {}",
            "a bootstrap has no member `staticResources`|`static_resources`|1:1",
        ),
        (
            "static_resources: {cluster: []}",
            "`static_resources` has no member `cluster`|`clusters`|1:20",
        ),
        (
            "static_resources: {clusters: {}}",
            "`clusters` is a list, this is an object|1:30",
        ),
        ("admin: [1]", "`admin` is an object, this is a list|1:8"),
        (
            "admin: {address: {}}",
            "`address` is a single value, this is an object|1:18",
        ),
        ("[]", "the bootstrap is an object, this is a list|1:1"),
        (
            "static_resources:\n  clusters:\n    - name: aa\n      transport_socket: {}",
            "no item of `clusters` is called `aa`|did you mean `a`?|3:13",
        ),
        (
            "static_resources: {clusters: [{name: else, http2: {}}]}",
            "no item of `clusters` is called `else`|needs `type` or `cluster_type` or `load_assignment`",
        ),
        (
            "static_resources: {clusters: [{type: X}]}",
            "an item of `clusters` without a `name`",
        ),
        (
            "static_resources: {clusters: [{name: a, connectTimeout: 1s}]}",
            "has no member `connectTimeout`|`connect_timeout`|1:41",
        ),
        ("a: [", "G101"),
    ] {
        let (merged, said) = merged(fragment);
        assert_eq!(merged, generated(), "{fragment}");
        for part in expected.split('|') {
            assert!(said.contains(part), "{fragment}: no {part} in\n{said}");
        }
    }
}
