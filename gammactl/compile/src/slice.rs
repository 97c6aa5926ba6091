//! Cuts the part out of a config that the clients of one namespace need.

use gamma_config::Config;

/// What is left for clients in `namespace`, which is written into the config: the producer routes,
/// which are for everybody, and that namespace's own consumer routes.
#[must_use]
pub fn for_clients_in(namespace: &str, mut config: Config) -> Config {
    config.settings.client_namespace = Some(namespace.into());
    let ports = config.services.iter_mut().flat_map(|s| &mut s.ports);
    for port in ports {
        port.consumers.retain(|from, _| from == namespace);
    }
    config
}
