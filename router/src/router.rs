//! The router: the index of Services, the route tables and the rules that decisions read.

use gamma_config::Features;

use crate::{
    clusters::Clusters,
    decision::{Action, Decision},
    filter::{AuthService, Filters},
    frontend::FrontendIndex,
    id::{BackendId, ClusterId, RuleId},
    port::Port,
    rule::{CompiledBackend, CompiledRule, RuleRef},
    visitor::By,
};

/// Decides requests of the clients of one namespace.
#[derive(Debug)]
pub struct Router {
    pub(crate) frontends: FrontendIndex,
    pub(crate) ports: Box<[Port]>,
    pub(crate) rules: Box<[CompiledRule]>,
    pub(crate) clusters: Clusters,
    /// The request header that tells the proxy the cluster.
    pub(crate) cluster_header: Box<str>,
    /// Whether errors say their reason in a header.
    pub(crate) reason_header: bool,
    pub(crate) services: usize,
    pub(crate) needs_destination: bool,
    pub(crate) needs_time: bool,
    pub(crate) features: Features,
}

impl Router {
    /// How many Services there are.
    #[must_use]
    pub fn services(&self) -> usize {
        self.services
    }

    /// Whether a decision can depend on [`Request::destination`](crate::Request::destination); if not,
    /// there is no need to ask the host for it.
    #[must_use]
    pub fn needs_destination(&self) -> bool {
        self.needs_destination
    }

    /// Whether a decision can depend on [`Request::now`](crate::Request::now).
    #[must_use]
    pub fn needs_time(&self) -> bool {
        self.needs_time
    }

    /// The request header that tells the proxy the cluster.
    #[must_use]
    pub fn cluster_header(&self) -> &str {
        &self.cluster_header
    }

    /// What the rules ask for that not every host can do.
    #[must_use]
    pub fn features(&self) -> Features {
        self.features
    }

    /// A rule by its number; `None` if the number is another router's.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<RuleRef<'_>> {
        Some(RuleRef {
            id,
            rule: self.rule_of(id)?,
            clusters: &self.clusters,
        })
    }

    /// All rules, in the order of the config.
    pub fn rules(&self) -> impl Iterator<Item = RuleRef<'_>> {
        (0_u32..).zip(&self.rules).map(|(id, rule)| RuleRef {
            id: RuleId(id),
            rule,
            clusters: &self.clusters,
        })
    }

    /// The proxy's name for a cluster; `None` if the number is another router's.
    #[must_use]
    pub fn cluster(&self, id: ClusterId) -> Option<&str> {
        self.clusters.name(id)
    }

    /// Who has to allow the request before the decision is carried out.
    #[must_use]
    pub fn external_auth(&self, decision: &Decision) -> Option<&AuthService> {
        match decision.action {
            Action::Forward { .. } | Action::Redirect { .. } => {
                self.rule(decision.rule?)?.external_auth()
            }
            _ => None,
        }
    }

    pub(crate) fn rule_of(&self, id: RuleId) -> Option<&CompiledRule> {
        self.rules.get(id.0 as usize)
    }

    fn backend_of(&self, id: BackendId) -> Option<&CompiledBackend> {
        self.rule_of(id.rule)?.backends.get(id.index as usize)
    }

    /// The filters that a decision is subject to, in the order in which they are applied.
    pub(crate) fn filters<'r>(
        &'r self,
        decision: &Decision,
    ) -> impl Iterator<Item = (&'r Filters, By)> + Clone + use<'r> {
        let rule = decision.rule.and_then(|id| self.rule_of(id));
        let backend = decision.backend.and_then(|id| self.backend_of(id));
        let of_rule = rule.and_then(|rule| Some((rule.filters.as_deref()?, By::Rule)));
        let of_backend =
            backend.and_then(|backend| Some((backend.filters.as_deref()?, By::Backend)));
        [of_rule, of_backend].into_iter().flatten()
    }
}
