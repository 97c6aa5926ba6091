//! istiod and the filter in one mesh: which routes istiod obeys too, and what of Istio's own policies
//! applies to decided requests.

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::client::Request;
use serde_json::json;

use super::{
    protocols::said,
    scene::{EDGE, Scene},
};
use crate::{
    kubectl::{apply, delete, get_of, until},
    mesh::Mesh,
    mesh::istio_obeys_routes,
    objects::{route, rule},
    pair::Pair,
};

/// What `gammactl istio` says of a route that istiod obeys.
const CODE: &str = "G601";

/// Which revisions of a route istiod obeys, and that `gammactl` knows.
pub(super) fn revisions(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    istio_obeys_routes(true)?;
    let tested = (|| {
        for (revision, obeyed) in [
            (None, true),
            (Some("default"), true),
            (Some("gamma"), false),
        ] {
            let mut route = route(EDGE, json!([rule("/", "v1", json!({}))]));
            if let Some(revision) = revision {
                route["metadata"]["labels"]["istio.io/rev"] = revision.into();
            }
            apply(&route.to_string())?;
            let expected = if obeyed { "v1" } else { "cart" };
            until(&format!("revision {revision:?}"), || {
                let (backend, _) = scene.goes_to("/")?;
                ensure!(backend == expected, "{backend} answers");
                Ok(())
            })?;
            let live = get_of(&route.to_string())?;
            let said = said(&scene.live, live.first().context("the route")?)?;
            ensure!(
                said.contains(CODE) == obeyed,
                "revision {revision:?}: {said}"
            );
            delete(&route.to_string())?;
            until("Istio's own route", || {
                let (backend, _) = scene.goes_to("/")?;
                ensure!(backend == "cart", "{backend} answers");
                Ok(())
            })?;
        }
        Ok(())
    })();
    istio_obeys_routes(false)?;
    tested
}

/// CORS of a VirtualService: istiod's filter for it runs after ours, by the policy of our route.
pub(super) fn cors(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let service = json!({
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": { "name": "cart", "namespace": EDGE },
        "spec": {
            "hosts": [format!("cart.{EDGE}.svc.cluster.local")],
            "http": [{
                "corsPolicy": {
                    "allowOrigins": [{ "exact": "https://shop.example" }],
                    "allowMethods": ["GET"],
                },
                "route": [{ "destination": { "host": format!("cart.{EDGE}.svc.cluster.local") } }],
            }],
        },
    });
    apply(&service.to_string())?;
    let preflight = |path: &str| {
        Request::new("OPTIONS", "cart", path)
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "GET")
    };
    until("Istio's policy", || {
        let observed = scene.send(preflight("/"))?;
        ensure!(observed.seen.is_none(), "the backend got the preflight");
        Ok(())
    })?;
    scene.route(json!([rule("/", "v1", json!({}))]), &[])?;
    // A connection that was open has the filters that it began with.
    let seen = until("the route's answer", || {
        let (observed, body) = scene.exchange(preflight("/"))?;
        let seen = observed.seen.clone();
        seen.with_context(|| format!("no backend got it: {body} {observed:?}"))
    })?;
    ensure!(seen.backend.service == "v1", "{seen:?}");
    Pair::remove_all()?;
    delete(&service.to_string())
}
