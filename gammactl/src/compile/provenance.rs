//! Provenance: where the matches of a compiled config come from, which the config itself does not say.

use std::collections::HashMap;

use gamma_config::ServiceKind;

use super::precedence::Precedence;
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
    pub(crate) matches: Vec<MatchOrigin>,
    /// Names of routes that are not applied there, because there are GRPCRoutes.
    pub(crate) ignored: Vec<String>,
}

/// A match in the manifests.
#[derive(Debug)]
pub(crate) struct MatchOrigin {
    pub(crate) rank: Precedence,
    /// Where the match is written.
    pub(crate) span: Span,
    /// Where its rule is written.
    pub(crate) rule: Span,
}

impl Provenance {
    pub(super) fn insert(&mut self, key: RouteTableKey, origins: TableOrigins) {
        self.tables.insert(key, origins);
    }

    pub(crate) fn table(&self, key: &RouteTableKey) -> Option<&TableOrigins> {
        self.tables.get(key)
    }
}
