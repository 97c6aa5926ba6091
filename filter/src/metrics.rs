//! Counters of requests, of their copies, and of responses.
//!
//! A proxy-wasm metric has a name and no labels, so the labels are written into the name, before what
//! is left of it when the proxy has taken them out:
//! `answer=.=forwarded;.;route=.=HTTPRoute/shop/cart;.;rule=.=0;.;backend=.=shop/cart-v1/80;.;gamma_requests_total`.
//! That is the form in which Istio's sidecars look for the names in `sidecar.istio.io/extraStatTags`;
//! to other Envoys it is given as `stats_tags`, in what `gammactl envoy` writes.
//!
//! A counter is defined when it is first needed: 10,000 rules of which 10 are used have 10 counters.
//! Nothing of a request is in a name, so clients can't make any.

use std::cell::RefCell;

use gamma_config::{Settings, wire};
use gamma_router::{BackendId, Decision, Reason, Router, RuleId, RuleRef};

use crate::host::Host;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    PassedThrough,
    Forwarded,
    Redirected,
    Preflight,
    /// Answered with an error.
    Refused(Reason),
    /// A copy, to the mirror of that number among the request's.
    Mirrored(u16),
    /// A response of a backend.
    Answered(ResponseCode),
}

/// How a backend answered: at most 501 × 18 of them, whatever backends say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ResponseCode {
    /// From 100 to 599; 0 for what is none.
    pub(crate) http: u16,
    /// From 0 to 16, if the response is gRPC's.
    pub(crate) grpc: Option<u16>,
}

impl Kind {
    /// As it stands in `answer=`.
    fn as_str(self) -> &'static str {
        match self {
            Self::PassedThrough => "passed-through",
            Self::Forwarded => "forwarded",
            Self::Redirected => "redirected",
            Self::Preflight => "preflight",
            Self::Refused(reason) => reason.as_str(),
            Self::Mirrored(_) => "mirrored",
            Self::Answered(_) => "answered",
        }
    }
}

type CounterKey = (Option<RuleId>, Option<BackendId>, Kind);

/// The counters of one worker.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: bool,
    responses: bool,
    /// Whether names are kept below [`SHORT`].
    short: bool,
    /// The host's number of each counter, in the order of the keys; `None` if the host has no counters. A key is
    /// found among ten thousand in about as many instructions as it takes to hash one, and a new one moves those
    /// behind it, which is little beside what a host does to define a counter.
    ids: RefCell<Vec<(CounterKey, Option<u32>)>>,
}

impl Metrics {
    pub(crate) fn new(settings: &Settings, short: bool) -> Self {
        Self {
            requests: settings.metrics,
            responses: settings.response_metrics,
            short,
            ids: RefCell::default(),
        }
    }

    /// Counts a request.
    pub(crate) fn count(&self, host: &impl Host, router: &Router, kind: Kind, decision: &Decision) {
        if self.requests {
            self.count_as(wire::REQUESTS_TOTAL, host, router, kind, decision);
        }
    }

    /// Whether responses are counted: to know how a backend answered costs a host call.
    pub(crate) fn counts_responses(&self) -> bool {
        self.responses
    }

    /// Counts a backend's response.
    pub(crate) fn count_response(
        &self,
        host: &impl Host,
        router: &Router,
        code: ResponseCode,
        decision: &Decision,
    ) {
        self.count_as(
            wire::RESPONSES_TOTAL,
            host,
            router,
            Kind::Answered(code),
            decision,
        );
    }

    /// Counts a copy that goes to `cluster`.
    pub(crate) fn count_mirror(
        &self,
        host: &impl Host,
        router: &Router,
        number: u16,
        decision: &Decision,
        cluster: &str,
    ) {
        if !self.requests {
            return;
        }
        let kind = Kind::Mirrored(number);
        self.add(host, (decision.rule, decision.backend, kind), || {
            let rule = decision.rule.and_then(|rule| router.rule(rule));
            name(self.short, wire::MIRRORED_TOTAL, kind, rule, Some(cluster))
        });
    }

    fn count_as(
        &self,
        metric: &str,
        host: &impl Host,
        router: &Router,
        kind: Kind,
        decision: &Decision,
    ) {
        let Decision { rule, backend, .. } = *decision;
        self.add(host, (rule, backend, kind), || {
            let rule = rule.and_then(|rule| router.rule(rule));
            let cluster = rule.and_then(|rule| rule.cluster(backend?));
            name(self.short, metric, kind, rule, cluster)
        });
    }

    fn add(&self, host: &impl Host, key: CounterKey, name: impl FnOnce() -> String) {
        // Taken only if a host called back while it defines a counter, which none does.
        let Ok(mut ids) = self.ids.try_borrow_mut() else {
            return;
        };
        let id = match ids.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => ids.get(at).and_then(|(_, id)| *id),
            Err(at) => {
                let id = host.define_counter(&name());
                ids.insert(at, (key, id));
                id
            }
        };
        if let Some(id) = id {
            host.increment(id);
        }
    }
}

/// Bytes of a name that a host may be asked to take: WasmX stops the VM above 256, its own prefix included.
const SHORT: usize = 200;
/// Bytes of a value in a name that would be longer.
const SHORT_VALUE: usize = 32;

fn name(
    short: bool,
    metric: &str,
    kind: Kind,
    rule: Option<RuleRef<'_>>,
    backend: Option<&str>,
) -> String {
    let name = labelled(metric, kind, rule, backend, str::to_owned);
    if !cfg!(target_os = "wasi") && short && name.len() > SHORT {
        return labelled(metric, kind, rule, backend, shortened);
    }
    name
}

/// The beginning of a value, and in place of the rest what tells it from others.
fn shortened(value: &str) -> String {
    const HASH: usize = "~01234567".len();
    if value.len() <= SHORT_VALUE {
        return value.into();
    }
    let hash = value.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let end = value.floor_char_boundary(SHORT_VALUE.saturating_sub(HASH));
    format!("{}~{hash:08x}", value.get(..end).unwrap_or_default())
}

fn labelled(
    metric: &str,
    kind: Kind,
    rule: Option<RuleRef<'_>>,
    backend: Option<&str>,
    fit: fn(&str) -> String,
) -> String {
    let mut name = String::new();
    let mut label = |key: &str, value: &str| {
        name.push_str(key);
        name.push_str("=.=");
        // Would end the value early.
        name.push_str(&fit(value).replace(';', "_"));
        name.push_str(";.;");
    };
    if !matches!(kind, Kind::Mirrored(_) | Kind::Answered(_)) {
        label("answer", kind.as_str());
    }
    if let Some(rule) = rule {
        label("route", rule.route());
        label("rule", rule.name());
    }
    if let Some(backend) = backend {
        label("backend", backend);
    }
    if let Kind::Answered(ResponseCode { http, grpc }) = kind {
        label("code", &http.to_string());
        if let Some(grpc) = grpc {
            label("grpc_status", &grpc.to_string());
        }
    }
    name.push_str(metric);
    name
}

/// Counts a configuration that was taken, by the name that it has.
pub(crate) fn revision(host: &impl Host, revision: &str, short: bool) {
    let mut value = revision.replace(';', "_");
    if !cfg!(target_os = "wasi") && short {
        value = shortened(&value);
    }
    let name = format!("revision=.={value};.;{}", wire::REVISIONS_TOTAL);
    if let Some(id) = host.define_counter(&name) {
        host.increment(id);
    }
}

/// Counts a configuration that was refused.
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(
        dead_code,
        reason = "called by the entry points, which are in wasm only"
    )
)]
pub(crate) fn config_error(host: &impl Host) {
    if let Some(id) = host.define_counter(wire::CONFIG_ERRORS_TOTAL) {
        host.increment(id);
    }
}
