//! Random changes of random clusters.

use fastrand::Rng;
use gamma_random::{NAMESPACES, damage, once_in, pick, variable};
use serde_json::{Value, json};

use crate::cluster::{Cluster, name};

fn is_route(name: &str) -> bool {
    name.starts_with("HTTPRoute/") || name.starts_with("GRPCRoute/")
}

fn namespace(rng: &mut Rng) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": pick(rng, &NAMESPACES), "labels": {"a": pick(rng, &["b", "c"])}},
    })
}

fn grant(rng: &mut Rng) -> Value {
    let kind = pick(rng, &["HTTPRoute", "GRPCRoute"]);
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "ReferenceGrant",
        "metadata": {"name": pick(rng, &["x", "y"]), "namespace": pick(rng, &NAMESPACES)},
        "spec": {
            "from": [{"group": "gateway.networking.k8s.io", "kind": kind, "namespace": pick(rng, &NAMESPACES)}],
            "to": [{"group": "", "kind": "Service"}],
        },
    })
}

/// Changes one thing. Most often that is a route, as in a cluster.
fn change(rng: &mut Rng, cluster: &mut Cluster) {
    let routes_only = !once_in(rng, 4);
    let names: Vec<String> = cluster
        .objects
        .keys()
        .filter(|name| is_route(name) == routes_only)
        .cloned()
        .collect();
    let one = (!names.is_empty()).then(|| names[rng.usize(..names.len())].clone());
    let others = gamma_random::cluster(rng);
    match (rng.u32(..8), one) {
        (0, Some(one)) => drop(cluster.objects.remove(&one)),
        (1, Some(one)) => {
            let object = cluster.objects.get_mut(&one).unwrap();
            damage(rng, object);
            let damaged = object.clone();
            // It may have another name now.
            cluster.objects.remove(&one);
            cluster.put(damaged);
        }
        (2, _) if !routes_only => cluster.put(grant(rng)),
        (3, _) if !routes_only => cluster.put(namespace(rng)),
        (4, _) if !routes_only => {
            let options = &mut cluster.options;
            options.require_reference_grants = !options.require_reference_grants;
        }
        _ => {
            let is_wanted = |object: &Value| is_route(&name(object)) == routes_only;
            let wanted: Vec<Value> = others.into_iter().filter(is_wanted).collect();
            cluster.put(wanted[rng.usize(..wanted.len())].clone());
        }
    }
}

/// `CHAINS` says how many clusters there are, `SEED` repeats a run.
#[test]
fn whatever_changes_the_result_is_that_of_a_compilation_from_nothing() {
    const CHANGES: usize = 30;
    let (chains, seed): (u64, u64) = (variable("CHAINS", 20), variable("SEED", 1));
    let (mut made, mut all) = (0, 0);
    for chain in 0..chains {
        let mut rng = Rng::with_seed(seed.rotate_left(32) ^ chain);
        let mut cluster = Cluster::default();
        cluster.options.require_reference_grants = rng.bool();
        for object in gamma_random::cluster(&mut rng) {
            cluster.put(object);
        }
        cluster.compile();
        for _ in 0..CHANGES {
            for _ in 0..pick(&mut rng, &[0, 1, 1, 1, 3]) {
                change(&mut rng, &mut cluster);
            }
            let (new, of) = cluster.compile();
            made += new;
            all += of;
        }
    }
    // Else nothing was tried.
    assert!(
        made * 4 < all * 3 && made * 20 > all,
        "{made} of {all} tables"
    );
}
