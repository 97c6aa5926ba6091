//! The filter in Istio's sidecars: a WasmPlugin with the route config, and an EnvoyFilter with the
//! route that obeys it.
//!
//! The filter writes the cluster that it chose into a request header. A sidecar has a virtual host
//! for each host, with routes of istiod's making; the EnvoyFilter puts a route before all of them
//! that goes where the header says (`route`, `decided`). What the filter lets pass has no header, so Istio's
//! own routes serve it as before. For that to be so for every Service without routes, such Services
//! are left out of the config (`needed`).
//!
//! Both objects are given to the whole mesh, to one namespace, or to each namespace by itself
//! (`scope`). Kubernetes has a limit to their size (`size`), so a large route config is compressed
//! (`plugin`). What Istio does on its own is said in `advice`.

mod advice;
mod decided;
mod needed;
mod object;
mod options;
mod pair;
mod plugin;
mod plugin_fields;
mod route;
mod scope;
mod size;

pub use advice::advise;
pub use needed::{InvalidPattern, ServicePattern, needed};
pub use object::{INSTANCE_LABEL, IstioObject, MANAGED_BY, MANAGED_BY_LABEL, yaml};
pub use options::{ConfigFormat, IstioOptions};
pub use pair::objects;
pub use plugin_fields::{FailStrategy, Image, InvalidImage, Phase, PullPolicy};
pub use scope::{Scope, client_namespaces};
pub use size::check_sizes;
