//! What the controller counts, as Prometheus reads it.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};

use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// What the controller counts.
pub(crate) struct ControllerMetrics {
    registry: Registry,
    /// Whether every kind was listed, and the objects delivered if this replica writes.
    pub(crate) ready: AtomicBool,
    /// Routes by what became of them.
    pub(crate) routes: Family<Vec<(&'static str, &'static str)>, Gauge<i64, AtomicI64>>,
    /// From the first change to all objects applied.
    pub(crate) latency: Histogram,
    /// Bytes of the WasmPlugin.
    pub(crate) config_bytes: Gauge<i64, AtomicI64>,
    /// Objects that were applied.
    pub(crate) applied: Counter<u64, AtomicU64>,
    /// Times that the objects could not be applied.
    pub(crate) refusals: Counter<u64, AtomicU64>,
    /// 1 while a module is on trial.
    pub(crate) on_trial: Gauge<i64, AtomicI64>,
    /// 1 if this replica writes.
    pub(crate) leads: Gauge<i64, AtomicI64>,
}

impl ControllerMetrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("gamma_controller"),
            ready: AtomicBool::new(false),
            routes: Family::default(),
            latency: Histogram::new(exponential_buckets(0.005, 2.0, 12)),
            config_bytes: Gauge::default(),
            applied: Counter::default(),
            refusals: Counter::default(),
            on_trial: Gauge::default(),
            leads: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register(
            "routes",
            "Routes with a Service for a parent, by whether they are accepted",
            metrics.routes.clone(),
        );
        registry.register_with_unit(
            "change_to_applied",
            "Time from the first change of a round until its objects were applied",
            Unit::Seconds,
            metrics.latency.clone(),
        );
        registry.register_with_unit(
            "wasm_plugin_size",
            "Size of the WasmPlugin as JSON",
            Unit::Bytes,
            metrics.config_bytes.clone(),
        );
        registry.register(
            "objects_applied",
            "Objects for Istio that were applied",
            metrics.applied.clone(),
        );
        registry.register(
            "refusals",
            "Rounds whose objects could not or must not be applied",
            metrics.refusals.clone(),
        );
        registry.register(
            "module_on_trial",
            "1 while the sidecars of the canary alone get the module",
            metrics.on_trial.clone(),
        );
        registry.register("leader", "1 if this replica writes", metrics.leads.clone());
        metrics
    }

    /// Forgets what only the replica that writes knows.
    pub(crate) fn forget(&self) {
        self.routes.clear();
        self.config_bytes.set(0);
        self.on_trial.set(0);
    }

    /// The page that Prometheus asks for.
    pub(crate) fn page(&self) -> String {
        let mut page = String::new();
        // It fails only where a text can't be made longer.
        let _ = encode(&mut page, &self.registry);
        page
    }
}
