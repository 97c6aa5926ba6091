//! Reads the plugin configuration into what all requests of a worker share.

use std::{
    cell::Cell,
    hash::{BuildHasher, RandomState},
};

use fastrand::Rng;
use gamma_config::Settings;
use gamma_router::{ReadError, Router};

use crate::{host::Host, metrics::Metrics};

/// Everything that the requests of one configuration share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) router: Router,
    pub(crate) rule_property: bool,
    pub(crate) metrics: Metrics,
    /// State of the random number generator. It is a `Cell`, which unlike a `RefCell` can't be found
    /// borrowed.
    seed: Cell<u64>,
}

impl Shared {
    /// Builds the router for the clients behind this proxy.
    ///
    /// # Errors
    ///
    /// Why the configuration is refused, for the host's log.
    #[cfg_attr(
        not(any(target_arch = "wasm32", test)),
        expect(
            dead_code,
            reason = "called by the entry points, which are in wasm only"
        )
    )]
    pub(crate) fn new(configuration: Vec<u8>, host: &impl Host) -> Result<Self, ReadError> {
        let mut namespace = String::new();
        let (router, settings) = Router::read(&configuration, |settings| {
            namespace = client_namespace(settings, host);
            namespace.clone()
        })?;
        log::info!(
            "route config version {}: {} Services, for clients in namespace {namespace}",
            gamma_config::VERSION,
            router.services(),
        );
        Ok(Self {
            router,
            rule_property: settings.rule_property,
            metrics: Metrics::new(settings.metrics),
            // The standard library keys its hash maps from the host's randomness, once per VM and
            // with a counter after that: workers draw independent splits.
            seed: Cell::new(RandomState::new().hash_one(0)),
        })
    }

    /// Lends the random number generator out.
    pub(crate) fn with_rng<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        let mut rng = Rng::with_seed(self.seed.get());
        let drawn = draw(&mut rng);
        self.seed.set(rng.get_seed());
        drawn
    }
}

/// From the config, else from the proxy's node metadata, which is where Istio puts it, else
/// `default`.
fn client_namespace(settings: &Settings, host: &impl Host) -> String {
    // Envoy before 1.33 has the second path only.
    const PATHS: [&str; 2] = [
        "xds\0node\0metadata\0NAMESPACE",
        "node\0metadata\0NAMESPACE",
    ];
    settings.client_namespace.clone().unwrap_or_else(|| {
        PATHS
            .iter()
            .find_map(|path| String::from_utf8(host.property(path)?).ok())
            .filter(|namespace| !namespace.is_empty())
            .unwrap_or_else(|| "default".into())
    })
}
