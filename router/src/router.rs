//! The router: the index of Services, the route tables and the rules that decisions read.

use std::sync::Arc;

use gamma_config::{Feature, Features};

use crate::{
    compiled_table::{CompiledTable, PlacedTable},
    decision::{Action, Decision},
    filter::{AuthService, Filters},
    frontend::FrontendIndex,
    id::{ClusterId, RuleId},
    port::Port,
    rule::{CompiledBackend, CompiledRule, RuleRef},
    visitor::By,
};

/// Decides requests of the clients of one namespace.
#[derive(Debug)]
pub struct Router {
    pub(crate) frontends: FrontendIndex,
    pub(crate) ports: Box<[Port]>,
    /// Those of the ports, each with the number of its first cluster; routers of other configs may have the same tables.
    pub(crate) tables: Box<[(u32, Arc<CompiledTable>)]>,
    /// The names of all clusters: the ports' own, and those of each table.
    pub(crate) clusters: Box<[Arc<str>]>,
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
    #[inline]
    pub fn rule(&self, id: RuleId) -> Option<RuleRef<'_>> {
        let table = self.table(id.table)?;
        Some(RuleRef {
            id,
            rule: table.rules.get(id.rule as usize)?,
            clusters: &table.clusters,
        })
    }

    /// All rules, in the order of the config.
    pub fn rules(&self) -> impl Iterator<Item = RuleRef<'_>> {
        self.placed().flat_map(|PlacedTable { number, table, .. }| {
            let rules = (0_u32..).zip(&table.rules);
            rules.map(move |(rule, compiled)| RuleRef {
                id: RuleId {
                    table: number,
                    rule,
                },
                rule: compiled,
                clusters: &table.clusters,
            })
        })
    }

    /// The proxy's name for a cluster; `None` if the number is another router's.
    #[must_use]
    #[inline]
    pub fn cluster(&self, id: ClusterId) -> Option<&str> {
        self.clusters.get(id.0 as usize).map(|name| &**name)
    }

    /// Who has to allow the request before the decision is carried out.
    #[must_use]
    #[inline]
    pub fn external_auth(&self, decision: &Decision) -> Option<&AuthService> {
        match decision.action {
            Action::Forward { .. } | Action::Redirect { .. }
                if self.features.has(Feature::ExternalAuth) =>
            {
                self.rule(decision.rule?)?.external_auth()
            }
            _ => None,
        }
    }

    /// The route table of that number.
    #[inline]
    pub(crate) fn table(&self, number: u32) -> Option<&CompiledTable> {
        self.tables.get(number as usize).map(|(_, table)| &**table)
    }

    /// The routes of a port.
    #[inline]
    pub(crate) fn table_of(&self, port: &Port) -> Option<PlacedTable<'_>> {
        let number = port.table?;
        let (first_cluster, table) = self.tables.get(number as usize)?;
        Some(PlacedTable {
            number,
            first_cluster: *first_cluster,
            table,
        })
    }

    /// All tables, in the order of the config.
    pub(crate) fn placed(&self) -> impl Iterator<Item = PlacedTable<'_>> {
        let tables = (0_u32..).zip(&self.tables);
        tables.map(|(number, (first_cluster, table))| PlacedTable {
            number,
            first_cluster: *first_cluster,
            table,
        })
    }

    /// What a decision was made with.
    #[inline]
    pub(crate) fn chosen(&self, decision: &Decision) -> Chosen<'_> {
        let table = decision.rule.and_then(|id| self.table(id.table));
        let rule = table.zip(decision.rule);
        let rule = rule.and_then(|(table, id)| table.rules.get(id.rule as usize));
        let backend = rule.zip(decision.backend);
        Chosen {
            table,
            rule,
            backend: backend.and_then(|(rule, id)| rule.backends.get(id.0 as usize)),
        }
    }
}

/// The table, rule and backend of a decision, as far as it has any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chosen<'r> {
    pub(crate) table: Option<&'r CompiledTable>,
    pub(crate) rule: Option<&'r CompiledRule>,
    backend: Option<&'r CompiledBackend>,
}

impl<'r> Chosen<'r> {
    /// The filters that the decision is subject to, in the order in which they are applied.
    #[inline]
    pub(crate) fn filters(self) -> impl Iterator<Item = (&'r Filters, By)> + Clone + use<'r> {
        let of_rule = self
            .rule
            .and_then(|rule| Some((rule.filters.as_deref()?, By::Rule)));
        let of_backend = self
            .backend
            .and_then(|backend| Some((backend.filters.as_deref()?, By::Backend)));
        [of_rule, of_backend].into_iter().flatten()
    }
}
