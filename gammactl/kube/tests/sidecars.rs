//! What is said of a sidecar, for each state that it can be in.

use std::collections::BTreeMap;

use gamma_kube::status::{
    ConfigHash, LoadedFilter, LoadedRoutes, MeshObjects, Pod, SidecarDump, SidecarState, judge,
};
use serde_json::{Value, json};

/// A WasmPlugin or an EnvoyFilter as `gammactl istio` writes it.
fn object(namespace: &str, name: &str, spec: &Value) -> Value {
    json!({
        "metadata": {
            "namespace": namespace,
            "name": name,
            "labels": {"app.kubernetes.io/managed-by": "gammactl"},
        },
        "spec": spec,
    })
}

fn plugin(namespace: &str, name: &str) -> Value {
    object(namespace, name, &json!({"pluginConfig": {"version": 1}}))
}

fn filter(namespace: &str, name: &str) -> Value {
    let patch = |name: &str| json!({"applyTo": "HTTP_ROUTE", "patch": {"value": {"name": name}}});
    let patches = [patch("gamma"), patch("gamma_backoff_25ms")];
    object(namespace, name, &json!({"configPatches": patches}))
}

fn pod() -> Pod {
    Pod {
        namespace: "shop".into(),
        name: "web-1".into(),
        labels: BTreeMap::from([("app".into(), "web".into())]),
    }
}

/// A sidecar that has what the objects of `root/gamma` ask for.
fn good() -> SidecarDump {
    let host = ["gamma", "gamma_backoff_25ms", "default"].map(str::to_owned);
    SidecarDump {
        filters: vec![LoadedFilter {
            resource: "extenstions.istio.io/wasmplugin/root.gamma".into(),
            config: Some(ConfigHash::of(&json!({"version": 1}))),
            is_gamma: true,
            denies: false,
            refused: false,
        }],
        routes: LoadedRoutes {
            hosts: vec![host.into(); 2],
        },
    }
}

fn state(plugins: &[Value], filters: &[Value], dump: SidecarDump) -> SidecarState {
    let objects = MeshObjects::of("root", plugins, filters);
    let pod = pod();
    judge(
        &objects.filters_for(&pod),
        &objects.routes_for(&pod),
        &Ok(dump),
    )
}

/// With the pair of objects that there should be.
fn with_both(change: impl FnOnce(&mut SidecarDump)) -> SidecarState {
    let mut dump = good();
    change(&mut dump);
    state(&[plugin("root", "gamma")], &[filter("root", "gamma")], dump)
}

#[test]
fn a_sidecar_that_has_what_it_should_is_good() {
    assert_eq!(with_both(|_| {}), SidecarState::Current);
    // It sends nothing yet.
    assert_eq!(
        with_both(|dump| dump.routes.hosts.clear()),
        SidecarState::Current
    );
    assert_eq!(
        state(&[], &[], SidecarDump::default()),
        SidecarState::NoObject
    );
}

#[test]
fn both_names_that_istio_gives_a_filter_are_known() {
    let name = "extensions.istio.io/trafficextension/root.gamma~istio-translated-wasmplugin";
    assert_eq!(
        with_both(|dump| dump.filters[0].resource = name.into()),
        SidecarState::Current
    );
    let other = "extensions.istio.io/trafficextension/root.gamma-2~istio-translated-wasmplugin";
    let state = with_both(|dump| dump.filters[0].resource = other.into());
    assert_eq!(state, SidecarState::NoFilter);
}

#[test]
fn each_way_to_be_wrong_is_told_from_the_others() {
    let other = Some(ConfigHash::of(&json!({"version": 1, "services": []})));
    assert_eq!(
        with_both(|dump| dump.filters[0].config = other),
        SidecarState::OtherConfig
    );
    assert_eq!(
        with_both(|dump| dump.filters[0].refused = true),
        SidecarState::Refused
    );
    assert_eq!(
        with_both(|dump| dump.filters.clear()),
        SidecarState::NoFilter
    );
    let denied = with_both(|dump| {
        dump.filters[0].config = None;
        dump.filters[0].is_gamma = false;
        dump.filters[0].denies = true;
    });
    assert_eq!(denied, SidecarState::Denied);
    let without = with_both(|dump| {
        dump.routes.hosts[0].remove("gamma_backoff_25ms");
    });
    assert_eq!(without, SidecarState::NoRoute { without: 1, all: 2 });
}

#[test]
fn half_a_pair_and_two_pairs_are_said() {
    let (plugins, filters) = ([plugin("root", "gamma")], [filter("root", "gamma")]);
    assert_eq!(state(&plugins, &[], good()), SidecarState::NoRouteObject);
    assert_eq!(
        state(
            &[],
            &filters,
            SidecarDump {
                filters: vec![],
                ..good()
            }
        ),
        SidecarState::NoFilterObject
    );
    let two = [plugin("root", "gamma"), plugin("shop", "gamma")];
    let both = vec!["root/gamma".to_owned(), "shop/gamma".to_owned()];
    assert_eq!(
        state(&two, &filters, good()),
        SidecarState::SeveralFilters(both)
    );
}

#[test]
fn a_filter_whose_object_is_gone_is_left_over() {
    let name = "extenstions.istio.io/wasmplugin/root.gamma".to_owned();
    assert_eq!(state(&[], &[], good()), SidecarState::LeftOver(name));
    let name = "extenstions.istio.io/wasmplugin/root.gamma-old".to_owned();
    let second = with_both(|dump| {
        let mut second = dump.filters[0].clone();
        second.resource.clone_from(&name);
        dump.filters.push(second);
    });
    assert_eq!(second, SidecarState::LeftOver(name));
}

#[test]
fn objects_are_for_pods_that_they_select() {
    let elsewhere = [plugin("billing", "gamma")];
    let selecting = |app: &str| {
        let spec = json!({"pluginConfig": {}, "selector": {"matchLabels": {"app": app}}});
        [object("root", "gamma", &spec)]
    };
    let mut foreign = plugin("root", "gamma");
    foreign["metadata"]["labels"] = json!({"app.kubernetes.io/managed-by": "Helm"});
    for (plugins, expected) in [
        (&elsewhere, 0),
        (&[foreign], 0),
        (&selecting("api"), 0),
        (&selecting("web"), 1),
        (&[plugin("shop", "gamma")], 1),
    ] {
        let objects = MeshObjects::of("root", plugins, &[]);
        assert_eq!(objects.filters_for(&pod()).len(), expected, "{plugins:?}");
    }
}
