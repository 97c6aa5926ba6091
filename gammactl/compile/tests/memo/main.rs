//! What is compiled with what is known from before is what is compiled from nothing, and no more is compiled than has
//! to be.

mod cluster;
mod random;

use std::sync::Arc;

use cluster::{Cluster, name};
use gamma_manifest::{LiveObjects, diagnostic::Diagnostics};
use serde_json::{Value, json};

fn service(name: &str, ports: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"ports": ports},
    })
}

fn route(name: &str, parent: &str, path: &str, backend: &str) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "parentRefs": [{"group": "", "kind": "Service", "name": parent}],
            "rules": [{
                "matches": [{"path": {"value": path}}],
                "backendRefs": [{"name": backend, "port": 80}],
            }],
        },
    })
}

#[test]
fn what_did_not_change_is_not_compiled_again() {
    const SERVICES: usize = 20;
    let mut cluster = Cluster::default();
    let one_port = || json!([{"port": 80}]);
    for s in 0..SERVICES {
        cluster.put(service(&format!("s{s}"), one_port()));
        for r in 0..5 {
            let backend = if r == 0 { "missing" } else { "s0" };
            let path = format!("/{r}");
            cluster.put(route(
                &format!("r{s}-{r}"),
                &format!("s{s}"),
                &path,
                backend,
            ));
        }
    }
    let work = |cluster: &mut Cluster| {
        let (tables, _) = cluster.compile();
        (tables, cluster.said.statuses_written())
    };
    assert_eq!(work(&mut cluster), (SERVICES, 5 * SERVICES));
    assert_eq!(work(&mut cluster), (0, 0));
    // A rule changes, a route moves to another Service, one is new and one is gone.
    cluster.put(route("r7-3", "s7", "/other", "s0"));
    assert_eq!(work(&mut cluster), (1, 1));
    cluster.put(route("r7-3", "s8", "/other", "s0"));
    assert_eq!(work(&mut cluster), (2, 1));
    cluster.put(route("new", "s9", "/new", "s0"));
    assert_eq!(work(&mut cluster), (1, 1));
    cluster.objects.remove("HTTPRoute/shop/new");
    assert_eq!(work(&mut cluster), (1, 0));
    // What a backendRef names is known again.
    cluster.put(service("missing", one_port()));
    assert_eq!(work(&mut cluster), (SERVICES, SERVICES));
    // All of a port's HTTPRoutes are refused because of one GRPCRoute.
    let mut grpc = route("grpc", "s4", "/", "s0");
    grpc["kind"] = "GRPCRoute".into();
    grpc["spec"]["rules"][0]["matches"] = json!([]);
    cluster.put(grpc);
    assert_eq!(work(&mut cluster), (1, 6));
}

/// Also what no table looks at: nobody has to know which kinds those are.
#[test]
fn any_other_object_makes_all_tables_anew() {
    let object = |api_version: &str, kind: &str, rest: Value| {
        let metadata = json!({"name": "x", "namespace": "shop"});
        let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata});
        for (name, value) in rest.as_object().unwrap() {
            object[name] = value.clone();
        }
        object
    };
    let target = json!([{"group": "", "kind": "Service", "name": "cart"}]);
    let certificate = json!({"hostname": "cart.example.com", "wellKnownCACertificates": "System"});
    let others = [
        service("till", json!([{"port": 80}])),
        object("v1", "Namespace", json!({})),
        object("v1", "ConfigMap", json!({"data": {"ca.crt": "none"}})),
        object("v1", "Secret", json!({})),
        object("v1", "Service", json!({"spec": {"ports": "none"}})),
        object(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            json!({"addressType": "IPv4", "endpoints": [], "ports": []}),
        ),
        object(
            "multicluster.x-k8s.io/v1alpha1",
            "ServiceImport",
            json!({"spec": {"type": "ClusterSetIP", "ports": [{"port": 80}]}}),
        ),
        object(
            "gateway.networking.k8s.io/v1",
            "Gateway",
            json!({"spec": {"gatewayClassName": "x", "listeners": []}}),
        ),
        object(
            "gateway.networking.k8s.io/v1beta1",
            "ReferenceGrant",
            json!({"spec": {"from": [], "to": []}}),
        ),
        object(
            "gateway.networking.k8s.io/v1",
            "BackendTLSPolicy",
            json!({"spec": {"targetRefs": target, "validation": certificate}}),
        ),
        object(
            "gateway.networking.x-k8s.io/v1alpha1",
            "XBackendTrafficPolicy",
            json!({"spec": {"targetRefs": target}}),
        ),
    ];
    let mut cluster = Cluster::default();
    cluster.put(service("cart", json!([{"port": 80}])));
    cluster.put(route("a", "cart", "/", "cart"));
    assert_eq!(cluster.compile(), (1, 1));
    for other in others {
        let name = name(&other);
        cluster.put(other);
        assert_eq!(cluster.compile(), (1, 1), "{name}");
        assert_eq!(cluster.compile(), (0, 1), "{name}");
    }
    cluster.options.require_reference_grants = true;
    assert_eq!(cluster.compile(), (1, 1));
}

#[test]
fn a_route_on_several_ports_is_known_on_each() {
    let mut cluster = Cluster::default();
    cluster.put(service(
        "many",
        json!([{"name": "a", "port": 80}, {"name": "b", "port": 81}]),
    ));
    cluster.put(route("both", "many", "/both", "missing"));
    assert_eq!(cluster.compile(), (2, 2));
    // A route on one of the ports leaves the other one's table as it is.
    let mut one = route("one", "many", "/one", "missing");
    one["spec"]["parentRefs"][0]["port"] = 81.into();
    cluster.put(one);
    assert_eq!(cluster.compile(), (1, 2));
}

/// Names are compared for hints until there were too many of them, so a hint may depend on every route before.
#[test]
fn hints_are_those_of_a_compilation_from_nothing() {
    const MANY: usize = 460;
    let mut cluster = Cluster::default();
    for s in 0..MANY {
        cluster.put(service(&format!("service-{s:03}"), json!([{"port": 80}])));
        let parent = format!("service-{:03}", s % 10);
        let backend = format!("servise-{s:03}");
        cluster.put(route(&format!("r{s:03}"), &parent, "/", &backend));
    }
    assert_eq!(cluster.compile(), (10, 10));
    // One comparison less for the first is one more for the last.
    cluster.objects.remove("HTTPRoute/shop/r000");
    assert_eq!(cluster.compile(), (1, 10));
    cluster.put(route("r000", "service-000", "/", "servise-459"));
    assert_eq!(cluster.compile(), (1, 10));
}

#[test]
fn routes_are_shared_and_not_copied() {
    let text = route("a", "b", "/", "c").to_string();
    let mut live = LiveObjects::default();
    let mut read = || {
        let texts = [("a", &*text)];
        live.decode(texts, "default", &mut Diagnostics::default())
    };
    let (first, second) = (read(), read());
    assert!(Arc::ptr_eq(&first.routes[0], &second.routes[0]));
}
