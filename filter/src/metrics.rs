//! Counters. A proxy-wasm metric has a name and no labels, so the labels are written into the name,
//! where the proxy's own rules find them (`stats_tags` in what `gammactl envoy` writes):
//! `gamma_requests_total;answer=forwarded;route=HTTPRoute/shop/cart;rule=0;backend=shop/cart-v1/80`.
//!
//! A counter is defined when it is first needed: 10,000 rules of which 10 are used have 10 counters.
//! Nothing of a request is in a name, so clients can't make any.

use std::cell::RefCell;

use gamma_config::wire;
use gamma_router::{BackendId, Router, RuleId};
use hashbrown::HashMap;

use crate::host::Host;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    PassedThrough,
    Forwarded,
    Redirected,
    Preflight,
    NoMatchingRule,
    NoBackend,
    InvalidBackend,
    InvalidRule,
    Denied,
    ExternalAuthFailed,
    /// A copy, to the mirror of that number among the request's.
    Mirrored(u16),
}

impl Kind {
    /// As it stands in `answer=`, and where it is an error in `x-gamma-reason`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::PassedThrough => "passed-through",
            Self::Forwarded => "forwarded",
            Self::Redirected => "redirected",
            Self::Preflight => "preflight",
            Self::NoMatchingRule => "no-matching-rule",
            Self::NoBackend => "no-backend",
            Self::InvalidBackend => "invalid-backend",
            Self::InvalidRule => "invalid-rule",
            Self::Denied => "denied",
            Self::ExternalAuthFailed => "external-auth-failed",
            Self::Mirrored(_) => "mirrored",
        }
    }
}

type Key = (Kind, Option<RuleId>, Option<BackendId>);

/// The counters of one worker.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    on: bool,
    /// `None`: the host has no such thing.
    ids: RefCell<HashMap<Key, Option<u32>>>,
}

impl Metrics {
    pub(crate) fn new(on: bool) -> Self {
        Self {
            on,
            ids: RefCell::default(),
        }
    }

    /// Counts a request.
    pub(crate) fn count(
        &self,
        host: &impl Host,
        router: &Router,
        kind: Kind,
        rule: Option<RuleId>,
        backend: Option<BackendId>,
    ) {
        let cluster = || backend.and_then(|backend| router.backend_name(backend));
        self.add(host, (kind, rule, backend), || {
            name(wire::REQUESTS_TOTAL, router, kind, rule, cluster())
        });
    }

    /// Counts a copy that goes to `cluster`.
    pub(crate) fn count_mirror(
        &self,
        host: &impl Host,
        router: &Router,
        number: usize,
        (rule, backend): (Option<RuleId>, Option<BackendId>),
        cluster: &str,
    ) {
        let kind = Kind::Mirrored(u16::try_from(number).unwrap_or(u16::MAX));
        self.add(host, (kind, rule, backend), || {
            name(wire::MIRRORED_TOTAL, router, kind, rule, Some(cluster))
        });
    }

    fn add(&self, host: &impl Host, key: Key, name: impl FnOnce() -> String) {
        if !self.on {
            return;
        }
        // Taken only if a host called back while it defines a counter, which none does.
        let Ok(mut ids) = self.ids.try_borrow_mut() else {
            return;
        };
        let id = ids
            .entry(key)
            .or_insert_with(|| host.define_counter(&name()));
        if let Some(id) = *id {
            host.increment(id);
        }
    }
}

fn name(
    metric: &str,
    router: &Router,
    kind: Kind,
    rule: Option<RuleId>,
    backend: Option<&str>,
) -> String {
    let mut name = String::from(metric);
    let mut label = |key: &str, value: &str| {
        name.push(';');
        name.push_str(key);
        name.push('=');
        // Would end the value early.
        name.push_str(&value.replace(';', "_"));
    };
    if !matches!(kind, Kind::Mirrored(_)) {
        label("answer", kind.as_str());
    }
    if let Some(rule) = rule {
        let (route, rule) = router.rule_name(rule);
        label("route", route);
        label("rule", rule);
    }
    if let Some(backend) = backend {
        label("backend", backend);
    }
    name
}

/// Counts a configuration that was refused.
pub(crate) fn config_error(host: &impl Host) {
    if let Some(id) = host.define_counter(wire::CONFIG_ERRORS_TOTAL) {
        host.increment(id);
    }
}
