//! The two objects that put the filter into the sidecars of one scope.

use gamma_config::Config;

use super::{object::IstioObject, options::IstioOptions, plugin, route, scope::Scope};
use crate::forwarded_proto::with_marks;

/// The objects for one scope, in the order in which they are to be applied: a route that nobody
/// asks for does no harm, a header that no route obeys goes to the backend.
#[must_use]
pub fn objects(config: &Config, scope: &Scope, options: &IstioOptions) -> Vec<IstioObject> {
    let mut config = with_marks(config);
    // Whatever `needed` made says it already, and is not copied.
    if !config.settings.istio_sidecar {
        config.to_mut().settings.istio_sidecar = true;
    }
    vec![
        IstioObject(route::envoy_filter(&config, scope, options)),
        IstioObject(plugin::wasm_plugin(&config, scope, options)),
    ]
}
