//! Rules and backends, compiled.

use std::ops::Deref;

use gamma_config::{BackendRef, Retry, Rule as RuleConfig, Timeouts};

use crate::{build::Clusters, filter::Filters, session::Session, split::Split};

#[derive(Debug)]
pub(crate) struct Rule {
    /// `HTTPRoute/shop/cart/0`: the route, and behind the last `/` the name.
    pub(crate) full_name: Box<str>,
    pub(crate) filters: Option<Box<Filters>>,
    pub(crate) backends: Backends,
    pub(crate) split: Split,
    pub(crate) policy: Option<Box<Policy>>,
    pub(crate) session: Option<Box<Session>>,
    /// Whether it can't be obeyed and answers 500.
    pub(crate) invalid: bool,
}

/// What a proxy has to know of a rule besides where its requests go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// How long requests may take.
    pub timeouts: Timeouts,
    /// Whether and when requests are tried again.
    pub retry: Option<Retry>,
}

/// Most rules have one, which needs no memory elsewhere.
#[derive(Debug)]
pub(crate) enum Backends {
    One(Backend),
    Several(Box<[Backend]>),
}

impl Deref for Backends {
    type Target = [Backend];

    fn deref(&self) -> &[Backend] {
        match self {
            Self::One(backend) => std::slice::from_ref(backend),
            Self::Several(backends) => backends,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Backend {
    /// Index of the cluster's name; `None`: invalid, answers 500.
    pub(crate) cluster: Option<u32>,
    pub(crate) filters: Option<Box<Filters>>,
}

impl Rule {
    pub(crate) fn new(rule: &RuleConfig, clusters: &mut Clusters) -> Self {
        Self {
            full_name: format!("{}/{}", rule.route, rule.name).into(),
            filters: Filters::new(&rule.filters, clusters),
            backends: match &*rule.backend_refs {
                [backend] => Backends::One(Backend::new(backend, clusters)),
                backends => {
                    let backends = backends.iter();
                    Backends::Several(backends.map(|b| Backend::new(b, clusters)).collect())
                }
            },
            split: Split::new(rule.backend_refs.iter().map(|backend| backend.weight)),
            policy: Policy::new(rule),
            session: rule
                .session_persistence
                .as_ref()
                .map(|session| Session::new(session, rule)),
            invalid: rule.invalid.is_some(),
        }
    }

    /// Names of rules have no `/`.
    pub(crate) fn route_and_name(&self) -> (&str, &str) {
        self.full_name.rsplit_once('/').unwrap_or_default()
    }
}

impl Policy {
    /// `None` if the rule says nothing, as most do.
    fn new(rule: &RuleConfig) -> Option<Box<Self>> {
        let policy = Self {
            timeouts: rule.timeouts,
            retry: rule.retry.clone(),
        };
        (policy != Self::default()).then(|| Box::new(policy))
    }
}

impl Backend {
    fn new(backend: &BackendRef, clusters: &mut Clusters) -> Self {
        Self {
            cluster: backend.cluster.as_deref().map(|name| clusters.id(name)),
            filters: Filters::new(&backend.filters, clusters),
        }
    }
}
