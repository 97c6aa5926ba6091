//! The routes of one Service port, compiled: its matches, the rules that they select, and the clusters that
//! those name. It knows nothing of other tables, so that routers can share it.

use std::sync::Arc;

use gamma_config::{Features, Patterns, Rule};

use crate::{
    clusters::{ClusterInterner, Clusters},
    entry::Entry,
    error::BuildError,
    id::{ClusterId, ClusterNumber, RuleId},
    rule::CompiledRule,
    session_ids::SessionIds,
    table::{MatchTable, MatchTableBuilder},
};

#[derive(Debug)]
pub(crate) struct CompiledTable {
    pub(crate) matches: MatchTable,
    /// In the order of the config.
    pub(crate) rules: Box<[CompiledRule]>,
    pub(crate) clusters: Clusters,
    /// What the rules ask for that not every host can do.
    pub(crate) features: Features,
    /// Whether a decision can depend on the time.
    pub(crate) needs_time: bool,
}

/// Takes the rules of a table, one after the other.
#[derive(Debug, Default)]
pub(crate) struct TableBuilder {
    matches: MatchTableBuilder,
    rules: Vec<CompiledRule>,
    clusters: ClusterInterner,
    sessions: SessionIds,
    features: Features,
    needs_time: bool,
}

impl TableBuilder {
    /// Takes the patterns that the rules' matches may name.
    ///
    /// # Errors
    ///
    /// A prefix is refused.
    pub(crate) fn patterns(&mut self, patterns: &Patterns) -> Result<(), BuildError> {
        self.matches.patterns(patterns)
    }

    /// Adds the next rule.
    ///
    /// # Errors
    ///
    /// A pattern or a path of its matches is refused; the rule is there all the same.
    pub(crate) fn add(&mut self, rule: &Rule) -> Result<(), BuildError> {
        let number = u32::try_from(self.rules.len()).unwrap_or(u32::MAX);
        let added = self.matches.add(rule, number);
        self.features.add(Features::of_rule(rule));
        let rule = CompiledRule::new(rule, &mut self.clusters, &mut self.sessions);
        self.needs_time |= rule.session.as_ref().is_some_and(|s| s.timeout.is_some());
        self.rules.push(rule);
        added
    }

    /// `match_order` is that of the [`RouteTable`](gamma_config::RouteTable).
    pub(crate) fn build(self, match_order: &[(u32, u32)]) -> Arc<CompiledTable> {
        Arc::new(CompiledTable {
            matches: self.matches.build(match_order),
            rules: self.rules.into(),
            clusters: self.clusters.build(),
            features: self.features,
            needs_time: self.needs_time,
        })
    }
}

/// A table at its place in a router.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlacedTable<'r> {
    pub(crate) number: u32,
    /// The router's number of its first cluster.
    pub(crate) first_cluster: u32,
    pub(crate) table: &'r CompiledTable,
}

impl<'r> PlacedTable<'r> {
    /// The rule that an entry selects.
    #[inline]
    pub(crate) fn rule(self, entry: &Entry) -> Option<&'r CompiledRule> {
        self.table.rules.get(entry.rule as usize)
    }

    /// That rule as the router knows it.
    #[inline]
    pub(crate) fn rule_id(self, entry: &Entry) -> RuleId {
        RuleId {
            table: self.number,
            rule: entry.rule,
        }
    }

    /// A cluster of the table as the router knows it.
    #[inline]
    pub(crate) fn cluster_id(self, cluster: ClusterNumber) -> ClusterId {
        ClusterId(self.first_cluster.saturating_add(cluster.0))
    }
}
