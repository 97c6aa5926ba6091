//! The filter in Istio's sidecars: a WasmPlugin with the route config, and an EnvoyFilter with the
//! route that obeys it.
//!
//! The filter writes the cluster that it chose into a request header. A sidecar has a virtual host
//! for each host, with routes of istiod's making; the EnvoyFilter puts a route before all of them
//! that goes where the header says (`route`). What the filter lets pass has no header, so Istio's
//! own routes serve it as before. For that to be so for every Service without routes, such Services
//! are left out of the config (`needed`).
//!
//! Both objects are given to the whole mesh, to one namespace, or to each namespace by itself
//! (`scope`); Kubernetes has a limit to their size (`size`), above which they are divided
//! (`split`). What Istio does on its own is said in `advice`.

mod advice;
mod needed;
mod plugin;
mod route;
mod scope;
mod size;
mod split;

use std::collections::BTreeMap;

use gamma_config::Config;
use gamma_manifest::write_yaml;
use serde_json::{Value, json};

pub use advice::advise;
pub use needed::{InvalidPattern, ServicePattern, needed};
pub use plugin::{FailStrategy, Image, InvalidImage, Phase, PullPolicy};
pub use scope::{Scope, client_namespaces};
pub use size::{Size, check_sizes};
pub use split::split_if_large;

/// What the objects depend on besides the route config.
#[derive(Debug, Clone)]
pub struct IstioOptions {
    /// Name of both objects.
    pub name: String,
    /// Where the module is.
    pub image: Image,
    /// When it is downloaded anew; Istio decides by the tag if this is absent.
    pub image_pull_policy: Option<PullPolicy>,
    /// Name of a Secret in the namespace of the plugin.
    pub image_pull_secret: Option<String>,
    /// Where in the filter chain it runs.
    pub phase: Phase,
    /// Among plugins of one phase the one with the highest priority is first.
    pub priority: Option<i32>,
    /// What happens to requests when the module can't run.
    pub fail_strategy: FailStrategy,
    /// Labels of the workloads whose sidecars get it; all, if there are none.
    pub selector: BTreeMap<String, String>,
    /// Whether the host of mirrored copies ends with `-shadow`, as Envoy has it by default.
    pub mirror_host_suffix: bool,
}

/// One object.
#[derive(Debug, Clone)]
pub struct Object(pub Value);

impl Object {
    /// Kind, namespace and name, for messages.
    #[must_use]
    pub fn full_name(&self) -> String {
        let part = |pointer: &str| self.0.pointer(pointer).and_then(Value::as_str);
        format!(
            "{} {}/{}",
            part("/kind").unwrap_or_default(),
            part("/metadata/namespace").unwrap_or_default(),
            part("/metadata/name").unwrap_or_default(),
        )
    }
}

/// The objects for one scope, in the order in which they are to be applied: a route that nobody
/// asks for does no harm, a header that no route obeys goes to the backend.
#[must_use]
pub fn objects(config: &Config, scope: &Scope, options: &IstioOptions) -> Vec<Object> {
    vec![
        Object(route::envoy_filter(config, scope, options)),
        Object(plugin::wasm_plugin(config, scope, options)),
    ]
}

/// The objects as a file, below `comment` lines.
#[must_use]
pub fn yaml(objects: &[Object], comment: &str) -> String {
    let mut documents = objects.iter().map(|object| write_yaml(&object.0, ""));
    let first: String = comment.lines().map(|line| format!("# {line}\n")).collect();
    let first = first + &documents.next().unwrap_or_default();
    let all: Vec<String> = std::iter::once(first).chain(documents).collect();
    all.join("---\n")
}

fn metadata(scope: &Scope, options: &IstioOptions) -> Value {
    json!({
        "name": options.name,
        "namespace": scope.namespace(),
        "labels": { "app.kubernetes.io/managed-by": "gammactl" },
    })
}
