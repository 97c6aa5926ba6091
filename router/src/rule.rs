//! The rules and backends of a config, compiled for decisions.

use std::ops::Deref;

use gamma_config::{BackendRef, Rule};

use crate::{
    clusters::{ClusterInterner, Clusters},
    filter::{AuthService, CompiledRedirect, Filters},
    id::{BackendId, ClusterNumber, RuleId},
    policy::Policy,
    session::Session,
    session_ids::SessionIds,
    split::Split,
};

#[derive(Debug)]
pub(crate) struct CompiledRule {
    /// `HTTPRoute/shop/cart/0`: the route, and behind the last `/` the name.
    full_name: Box<str>,
    pub(crate) filters: Option<Box<Filters>>,
    pub(crate) backends: CompiledBackends,
    pub(crate) split: Split,
    pub(crate) policy: Option<Box<Policy>>,
    pub(crate) session: Option<Box<Session>>,
    /// Whether the rule can't be obeyed, so that its requests are answered 500.
    pub(crate) invalid: bool,
}

/// The backends of a rule. Most rules have one, which is kept in the rule itself.
#[derive(Debug)]
pub(crate) enum CompiledBackends {
    One(CompiledBackend),
    Several(Box<[CompiledBackend]>),
}

impl Deref for CompiledBackends {
    type Target = [CompiledBackend];

    #[inline]
    fn deref(&self) -> &[CompiledBackend] {
        match self {
            Self::One(backend) => std::slice::from_ref(backend),
            Self::Several(backends) => backends,
        }
    }
}

#[derive(Debug)]
pub(crate) struct CompiledBackend {
    /// The cluster; `None` if the backend is invalid, so that its requests are answered 500.
    pub(crate) cluster: Option<ClusterNumber>,
    pub(crate) filters: Option<Box<Filters>>,
}

impl CompiledRule {
    pub(crate) fn new(
        rule: &Rule,
        clusters: &mut ClusterInterner,
        sessions: &mut SessionIds,
    ) -> Self {
        Self {
            full_name: format!("{}/{}", rule.route, rule.name).into(),
            filters: Filters::new(&rule.filters, clusters),
            backends: match &*rule.backend_refs {
                [backend] => CompiledBackends::One(CompiledBackend::new(backend, clusters)),
                backends => {
                    let backends = backends.iter();
                    CompiledBackends::Several(
                        backends
                            .map(|b| CompiledBackend::new(b, clusters))
                            .collect(),
                    )
                }
            },
            split: Split::new(rule.backend_refs.iter().map(|backend| backend.weight)),
            policy: Policy::new(rule),
            session: rule
                .session_persistence
                .as_ref()
                .and_then(|session| Session::new(session, rule, sessions.next(rule))),
            invalid: rule.invalid.is_some(),
        }
    }

    /// Whether every preflight that comes to the rule is answered by a CORS filter: the rule's, or that of
    /// whichever backend is drawn.
    pub(crate) fn answers_preflights(&self) -> bool {
        let has_cors = |filters: &Option<Box<Filters>>| {
            let filters = filters.as_ref();
            filters.is_some_and(|filters| filters.cors.is_some())
        };
        let drawn = || {
            let backends = self.backends.iter().enumerate();
            backends.filter(|(index, _)| self.split.can_draw(*index))
        };
        has_cors(&self.filters)
            || (drawn().next().is_some() && drawn().all(|(_, backend)| has_cors(&backend.filters)))
    }
}

impl CompiledBackend {
    fn new(backend: &BackendRef, clusters: &mut ClusterInterner) -> Self {
        Self {
            cluster: backend.cluster.as_deref().map(|name| clusters.id(name)),
            filters: Filters::new(&backend.filters, clusters),
        }
    }

    #[inline]
    pub(crate) fn redirect(&self) -> Option<&CompiledRedirect> {
        self.filters.as_ref()?.redirect.as_deref()
    }

    /// Whether a session can still go to it.
    #[inline]
    pub(crate) fn is_usable(&self) -> bool {
        self.cluster.is_some() && self.redirect().is_none()
    }
}

/// A rule of a router: its names, its policies and its clusters.
#[derive(Debug, Clone, Copy)]
pub struct RuleRef<'r> {
    pub(crate) id: RuleId,
    pub(crate) rule: &'r CompiledRule,
    pub(crate) clusters: &'r Clusters,
}

impl<'r> RuleRef<'r> {
    /// Its number in this router.
    #[must_use]
    pub fn id(self) -> RuleId {
        self.id
    }

    /// Route and name in one: `HTTPRoute/shop/cart/0`.
    #[must_use]
    #[inline]
    pub fn full_name(self) -> &'r str {
        &self.rule.full_name
    }

    /// The route, as in the config.
    #[must_use]
    #[inline]
    pub fn route(self) -> &'r str {
        self.route_and_name().0
    }

    /// The name of the rule within its route, as in the config.
    #[must_use]
    #[inline]
    pub fn name(self) -> &'r str {
        self.route_and_name().1
    }

    /// Names of rules have no `/`.
    #[inline]
    fn route_and_name(self) -> (&'r str, &'r str) {
        let full_name = self.full_name();
        full_name.rsplit_once('/').unwrap_or(("", full_name))
    }

    /// How its sessions are carried, if it has any.
    #[must_use]
    #[inline]
    pub fn session(self) -> Option<&'r Session> {
        self.rule.session.as_deref()
    }

    /// Its timeouts and retries, if it has any.
    #[must_use]
    #[inline]
    pub fn policy(self) -> Option<&'r Policy> {
        self.rule.policy.as_deref()
    }

    /// Who has to allow its requests, if anybody.
    #[must_use]
    #[inline]
    pub fn external_auth(self) -> Option<&'r AuthService> {
        self.rule.filters.as_ref()?.external_auth.as_deref()
    }

    /// The proxy's name for one of its backends; `None` if that is invalid.
    #[must_use]
    #[inline]
    pub fn cluster(self, backend: BackendId) -> Option<&'r str> {
        let backend = self.rule.backends.get(backend.0 as usize)?;
        self.clusters.name(backend.cluster?)
    }
}
