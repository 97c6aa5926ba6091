//! What stands above the objects: for whom they are, how they come into a mesh and how they leave it.

use std::path::Path;

use gamma_envoy::istio::{INSTANCE_LABEL, MANAGED_BY, MANAGED_BY_LABEL, Scope};

/// How long connections that are open may keep a filter that is deleted, in seconds: Istio's drain takes 45.
const DRAIN: u32 = 60;

/// For a file at `output` with objects called `name`, for the clients of `scopes`.
pub(super) fn comment(output: Option<&Path>, name: &str, scopes: &[Scope]) -> String {
    let file = output.map_or("FILE".into(), |path| path.display().to_string());
    let places: Vec<&str> = scopes.iter().map(Scope::namespace).collect();
    let clients = match scopes {
        [Scope::Mesh { .. }] => "For clients in every namespace of the mesh.".into(),
        [_] => format!(
            "For clients in namespace {}; those elsewhere get no filter.",
            places.join(", ")
        ),
        _ => format!(
            "For clients in namespaces {}; those elsewhere get no filter.",
            places.join(", ")
        ),
    };
    let release = format!("{MANAGED_BY_LABEL}={MANAGED_BY},{INSTANCE_LABEL}={name}");
    let elsewhere: Vec<String> = places
        .iter()
        .map(|place| format!("metadata.namespace!={place}"))
        .collect();
    let elsewhere = elsewhere.join(",");
    format!(
        "Written by gammactl: the Gamma filter in Istio's sidecars, and the route that obeys it.\n\
         {clients}\n\
         Apply it, written with `--selector KEY=VALUE --fail-strategy open` for a few pods first; the same\n\
         name without the selector is for all:\n  kubectl apply --server-side -f {file}\n\
         Then remove what an earlier file of this name has left in other namespaces:\n  \
         kubectl delete wasmplugins.extensions.istio.io -A -l {release} --field-selector {elsewhere}\n  \
         sleep {DRAIN}\n  \
         kubectl delete envoyfilters.networking.istio.io -A -l {release} --field-selector {elsewhere}\n\
         Remove it: the filter first, and the route when no connection has the filter any more. Not by\n\
         `kubectl delete -f`, which deletes both at once:\n  \
         kubectl delete wasmplugins.extensions.istio.io -A -l {release}\n  \
         sleep {DRAIN}\n  \
         kubectl delete envoyfilters.networking.istio.io -A -l {release}\n\
         The route config is the WasmPlugin's `pluginConfig`. The routes need not be in the cluster; if\n\
         they are, label them `istio.io/rev: gamma`, so that istiod does not obey them as well."
    )
}
