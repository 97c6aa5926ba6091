//! Reads the plugin configuration into what all requests of a worker share.

use std::{
    cell::Cell,
    hash::{BuildHasher, RandomState},
};

use fastrand::Rng;
use gamma_config::{HostKind, Settings};
use gamma_router::{KnownTables, ReadError, Router};

use crate::{
    host::Host,
    metrics::{self, Metrics},
    quirks::{self, Quirks},
};

thread_local! {
    /// The route tables of all plugins in this VM: what a new configuration has in common with one that is still in
    /// use is not read again. Envoy configures a plugin anew before it lets the old configuration go.
    static KNOWN_TABLES: Cell<KnownTables> = Cell::default();
}

/// Everything that the requests of one configuration share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) router: Router,
    pub(crate) rule_property: bool,
    pub(crate) proxy: ProxyKind,
    pub(crate) metrics: Metrics,
    quirks: Quirks,
    /// State of the random number generator. It is a `Cell`, which unlike a `RefCell` can't be found
    /// borrowed.
    seed: Cell<u64>,
    /// Whether the generator began with true randomness, or has been [stirred](Self::stir).
    is_stirred: Cell<bool>,
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
    pub(crate) fn new(
        configuration: impl AsRef<[u8]>,
        host: &impl Host,
    ) -> Result<Self, ReadError> {
        let mut namespace = String::new();
        let mut known = KNOWN_TABLES.take();
        let read = Router::read(configuration.as_ref(), &mut known, |settings| {
            namespace = client_namespace(settings, host);
            namespace.clone()
        });
        KNOWN_TABLES.set(known);
        let (router, settings) = read?;
        let kind = kind(&settings);
        if !IS_FOR_ENVOY {
            quirks::warn(kind, &router, host);
        } else if kind != HostKind::Envoy {
            log::warn!("this file is for Envoy: other hosts need gamma-filter-compat.wasm");
        }
        let proxy = ProxyKind::of(&settings, host);
        if proxy == ProxyKind::Gateway {
            log::info!("this is no sidecar: all requests pass");
        }
        log::info!(
            "route config version {}: {} Services, for clients in namespace {namespace}",
            gamma_config::VERSION,
            router.services(),
        );
        if let Some(revision) = &settings.revision {
            metrics::revision(host, revision, Quirks::of(kind).short_metric_names);
        }
        Ok(Self {
            router,
            rule_property: settings.rule_property,
            proxy,
            quirks: Quirks::of(kind),
            metrics: Metrics::new(
                &settings,
                !IS_FOR_ENVOY && Quirks::of(kind).short_metric_names,
            ),
            // The standard library keys its hash maps from the host's randomness, if it knows any, once per VM
            // and with a counter after that: workers draw independent splits. Elsewhere the clock tells them
            // apart, and what the first request brings.
            seed: Cell::new(RandomState::new().hash_one(start(host))),
            is_stirred: Cell::new(cfg!(not(all(
                target_arch = "wasm32",
                target_os = "unknown"
            )))),
        })
    }

    /// What the host does otherwise. In the file for Envoy that is nothing, whatever a config says, so that there is no
    /// code for it.
    pub(crate) const fn quirks(&self) -> Quirks {
        if IS_FOR_ENVOY {
            Quirks::of(HostKind::Envoy)
        } else {
            self.quirks
        }
    }

    /// Makes the draws of VMs differ that started in one instant, or in hosts without a clock.
    pub(crate) fn stir(&self, request: &[u8]) {
        if !self.is_stirred.replace(true) {
            let seed = RandomState::new().hash_one((self.seed.get(), request));
            self.seed.set(seed);
        }
    }

    /// Lends the random number generator out.
    pub(crate) fn with_rng<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        let mut rng = Rng::with_seed(self.seed.get());
        let drawn = draw(&mut rng);
        self.seed.set(rng.get_seed());
        drawn
    }
}

/// What tells the draws of one VM from those of another, besides randomness: Envoy has that, and writes an error to its log
/// where the time is asked for that the config has no need of.
fn start(host: &impl Host) -> u64 {
    if IS_FOR_ENVOY { 0 } else { host.nanoseconds() }
}

/// Whether this is the file that is made for Envoy.
pub(crate) const IS_FOR_ENVOY: bool = cfg!(all(target_arch = "wasm32", target_os = "wasi"));

/// The host that the config is for, else the one that this file of the module is made for.
fn kind(settings: &Settings) -> HostKind {
    const DEFAULT: HostKind = if cfg!(all(target_arch = "wasm32", target_os = "unknown")) {
        HostKind::Other
    } else {
        HostKind::Envoy
    };
    settings.host.unwrap_or(DEFAULT)
}

/// In which proxy the filter runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyKind {
    /// One that has this filter once, and has it to decide.
    Own,
    /// A sidecar of Istio's, which may have several plugins with this filter.
    Sidecar,
    /// Another of Istio's proxies: a gateway, whose routes are not for clients of the mesh.
    Gateway,
}

impl ProxyKind {
    fn of(settings: &Settings, host: &impl Host) -> Self {
        // Envoy before 1.33 has the second path only.
        const PATHS: [&str; 2] = ["xds\0node\0id", "node\0id"];
        if !settings.istio_sidecar {
            return Self::Own;
        }
        // "sidecar~10.0.0.1~pod.namespace~namespace.svc.cluster.local"; a host that does not tell has
        // one kind of proxy.
        let mut ids = PATHS.iter().filter_map(|path| host.property(path));
        match ids.next() {
            Some(id) if !id.starts_with(b"sidecar~") => Self::Gateway,
            _ => Self::Sidecar,
        }
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
    let paths = if Quirks::of(kind(settings)).has_node {
        &PATHS[..]
    } else {
        &[]
    };
    settings.client_namespace.clone().unwrap_or_else(|| {
        paths
            .iter()
            .find_map(|path| String::from_utf8(host.property(path)?).ok())
            .filter(|namespace| !namespace.is_empty())
            .unwrap_or_else(|| "default".into())
    })
}
