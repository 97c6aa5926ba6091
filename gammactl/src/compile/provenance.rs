//! Provenance: where the matches of a compiled config come from, which the config itself does not say.

use std::collections::HashMap;

use gamma_config::ServiceKind;

use super::{criterion::Criterion, precedence::Precedence};
use crate::source::Span;

/// Where the matches of a compiled config are written in the manifests, and their ranks: by table.
#[derive(Debug, Default)]
pub struct Provenance {
    tables: HashMap<RouteTableKey, TableOrigins>,
}

/// A table of a config.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RouteTableKey {
    pub(crate) kind: ServiceKind,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) port: u16,
    /// Namespace of the routes.
    pub(crate) routes: String,
}

/// The routes that became one table.
#[derive(Debug)]
pub(crate) struct TableOrigins {
    /// Of every match, in order of precedence.
    pub(super) matches: Vec<MatchOrigin>,
    /// Names of routes that are not applied there, because there are GRPCRoutes.
    pub(super) ignored: Vec<String>,
}

/// A match in the manifests.
#[derive(Debug)]
pub(super) struct MatchOrigin {
    pub(super) rank: Precedence,
    /// Where the match is written.
    pub(super) span: Span,
    /// Where its rule is written.
    pub(super) rule: Span,
}

impl TableOrigins {
    /// Where the match at `position` in the order of precedence is written.
    pub(crate) fn of_match(&self, position: usize) -> Option<Span> {
        Some(self.matches.get(position)?.span)
    }

    /// Where the rule of the match at `position` is written.
    pub(crate) fn of_rule(&self, position: usize) -> Option<Span> {
        Some(self.matches.get(position)?.rule)
    }

    /// What puts the match at `first` before the one at `second`.
    pub(crate) fn criterion(&self, first: usize, second: usize) -> Option<Criterion> {
        let rank = |position: usize| Some(&self.matches.get(position)?.rank);
        Some(rank(first)?.criterion(rank(second)?))
    }

    /// Names of routes that are not applied there, because there are GRPCRoutes.
    pub(crate) fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

impl Provenance {
    pub(super) fn insert(&mut self, key: RouteTableKey, origins: TableOrigins) {
        self.tables.insert(key, origins);
    }

    pub(crate) fn table(&self, key: &RouteTableKey) -> Option<&TableOrigins> {
        self.tables.get(key)
    }
}
