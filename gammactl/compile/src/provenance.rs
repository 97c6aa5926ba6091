//! Provenance says where in the manifests the matches of a compiled config come from, which the config
//! itself does not say.

use std::{collections::HashMap, sync::Arc};

use gamma_config::ServiceKind;
use gamma_manifest::{Service, source::Span};

use super::{criterion::Criterion, precedence::Precedence};

/// Where the matches of a compiled config are written in the manifests, and their ranks: by table.
#[derive(Debug, Default)]
pub struct Provenance {
    tables: HashMap<RouteTableKey, Arc<TableOrigins>>,
}

/// A table of a config: the port of a frontend that it is on, and whose routes it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RouteTableKey {
    /// What the frontend is in Kubernetes.
    pub kind: ServiceKind,
    /// Namespace of the frontend.
    pub namespace: String,
    /// Name of the frontend.
    pub name: String,
    /// Port of the frontend.
    pub port: u16,
    /// Namespace of the routes.
    pub routes: String,
}

impl RouteTableKey {
    /// Of the routes from namespace `routes` on `port` of `service`.
    pub(crate) fn of(service: &Service, port: u16, routes: &str) -> Self {
        Self {
            kind: service.kind,
            namespace: service.metadata.namespace.clone(),
            name: service.metadata.name.value.clone(),
            port,
            routes: routes.into(),
        }
    }
}

/// The routes that became one table.
#[derive(Debug)]
pub struct TableOrigins {
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

impl TableOrigins {
    /// Where the match at `position` in the order of precedence is written.
    pub fn of_match(&self, position: usize) -> Option<Span> {
        Some(self.matches.get(position)?.span)
    }

    /// Where the rule of the match at `position` is written.
    pub fn of_rule(&self, position: usize) -> Option<Span> {
        Some(self.matches.get(position)?.rule)
    }

    /// The criterion that puts the match at `first` before the one at `second`.
    pub fn criterion(&self, first: usize, second: usize) -> Option<Criterion> {
        let rank = |position: usize| Some(&self.matches.get(position)?.rank);
        Some(rank(first)?.criterion(rank(second)?))
    }

    /// Names of routes that are not applied there, because there are GRPCRoutes.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

impl Provenance {
    pub(super) fn insert(&mut self, key: RouteTableKey, origins: Arc<TableOrigins>) {
        self.tables.insert(key, origins);
    }

    /// The routes of one table, if there is that table.
    pub fn table(&self, key: &RouteTableKey) -> Option<&TableOrigins> {
        self.tables.get(key).map(|origins| &**origins)
    }
}
