//! A bootstrap that is taken apart keeps everything that it had.

use super::*;

fn bootstrap() -> Value {
    let manager = |table: &str| {
        json!({ "filters": [{ "typed_config": {
            "@type": CONNECTION_MANAGER,
            "route_config": { "name": table },
            "http_filters": [{ "name": "gamma", "typed_config": {
                "@type": "type.googleapis.com/Wasm", "config": { "vm_config": {} }
            } }],
        } }] })
    };
    json!({ "static_resources": {
        "listeners": [
            { "filter_chains": [manager("a")] },
            { "filter_chains": [manager("b")], "default_filter_chain": manager("a") },
        ],
        "clusters": [
            { "name": "ours", "type": "STATIC", "load_assignment": { "cluster_name": "ours" } },
            { "name": "theirs", "type": "STATIC", "load_assignment": {} },
            { "name": "dns", "type": "STRICT_DNS", "load_assignment": {} },
        ],
    } })
}

fn split(bootstrap: Value) -> Result<SplitBootstrap, SplitError> {
    let generated = ["ours", "dns"].map(String::from).into();
    super::split(bootstrap, &generated, "dir/", None)
}

#[test]
fn what_moves_is_named_in_what_stays() {
    let SplitBootstrap {
        bootstrap,
        resources,
    } = split(bootstrap()).unwrap();
    let keys = |map: &std::collections::BTreeMap<String, Value>| -> Vec<String> {
        map.keys().cloned().collect()
    };
    assert_eq!(keys(&resources.clusters), ["dns", "ours"]);
    assert_eq!(keys(&resources.endpoints), ["ours"]);
    assert_eq!(keys(&resources.routes), ["a", "b"]);
    assert!(resources.filter.is_some());
    // What the bootstrap may itself refer to is there when it is read.
    let left = &bootstrap["static_resources"]["clusters"];
    assert_eq!(left.as_array().map(Vec::len), Some(1));
    assert_eq!(left[0]["name"], "theirs");
    let text = bootstrap.to_string();
    for (path, times) in [
        ("dir/cds.json", 1),
        ("dir/ecds.json", 3),
        ("dir/rds/a.json", 2),
        ("dir/rds/b.json", 1),
    ] {
        assert_eq!(text.matches(path).count(), times, "{path}");
    }
    assert!(
        resources.clusters["ours"]
            .to_string()
            .contains("dir/eds/ours.json")
    );
}

#[test]
fn endpoints_of_many_clusters_stay_in_them() {
    for (many, files) in [(MOST_ENDPOINT_FILES, MOST_ENDPOINT_FILES), (49, 0)] {
        let names: Vec<String> = (0..many).map(|i| i.to_string()).collect();
        let clusters = names
            .iter()
            .map(|name| json!({ "name": name, "type": "STATIC", "load_assignment": {} }));
        let mut resources = Resources::default();
        take_clusters(clusters.collect(), "dir", &mut resources);
        assert_eq!(resources.endpoints.len(), files);
        assert_eq!(resources.clusters.len(), many);
    }
}

#[test]
fn fragments_can_take_what_is_needed() {
    let mut taken = bootstrap();
    taken["dynamic_resources"] = json!({ "cds_config": {} });
    assert_eq!(split(taken), Err(SplitError::ClustersTaken));
    let mut differ = bootstrap();
    let chain = &mut differ["static_resources"]["listeners"][0]["filter_chains"][0];
    chain["filters"][0]["typed_config"]["route_config"]["more"] = 1.into();
    assert_eq!(split(differ), Err(SplitError::RoutesDiffer("a".into())));
    let mut bare = bootstrap();
    bare["static_resources"]["listeners"] = json!([]);
    assert_eq!(split(bare), Err(SplitError::NoFilter));
}
