//! The differences between two configs: Services, their tables, and the requests for which something
//! changes.

use std::{collections::BTreeSet, fmt};

use gamma_config::{Config, ServiceKind};
use gamma_explain::request::Simulated;

use super::{
    differences::Difference,
    outcome::RequestOutcome,
    place::{Places, RulePlace},
    presence::PresenceChange,
};

/// One side of the comparison.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The route config that the proxy obeys.
    pub config: &'a Config,
    /// Where its rules are written, if that is known.
    pub places: &'a Places,
}

/// All that changes.
#[derive(Debug, Default)]
pub struct Diff {
    /// Of the settings that are the same for all Services.
    pub settings: Vec<Difference>,
    /// Services, in the order of their names.
    pub services: Vec<ServiceDiff>,
    /// Classes of requests that were looked at in tables that are not the same as written: pairs of two matches, one of each
    /// side, that have requests in common.
    pub classes: usize,
}

/// What changes for one Service.
#[derive(Debug)]
pub struct ServiceDiff {
    /// Whether it is a Service or a ServiceImport in Kubernetes.
    pub kind: ServiceKind,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Itself, its ports, hosts and addresses, where they are on one side only.
    pub presence: Vec<PresenceChange>,
    /// Its ports, and for which clients.
    pub tables: Vec<TableDiff>,
}

/// What changes on one port for some clients.
#[derive(Debug)]
pub struct TableDiff {
    /// Number of the port.
    pub port: u16,
    /// The clients whose requests are compared.
    pub clients: Clients,
    /// Requests and what becomes of them.
    pub changes: Vec<DecisionChange>,
    /// What could not be compared, in words.
    pub limits: Vec<String>,
}

/// Clients that get the same routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clients {
    /// Those of one namespace.
    Of(String),
    /// Those of all namespaces but these.
    AllBut(BTreeSet<String>),
}

/// Classes of requests for which the same changes.
#[derive(Debug)]
pub struct DecisionChange {
    /// One of each class, the simplest first.
    pub requests: Vec<Simulated>,
    /// What became of the first.
    pub before: RuleOutcome,
    /// What becomes of it.
    pub after: RuleOutcome,
    /// In what they differ; at least one.
    pub differences: Vec<Difference>,
}

/// What becomes of a request, and by which rule.
#[derive(Debug)]
pub struct RuleOutcome {
    /// The rule that decides, if one does.
    pub rule: Option<DecidingRule>,
    /// What becomes of the request.
    pub outcome: RequestOutcome,
}

/// A rule that decides requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidingRule {
    /// Full name of the route, as in `HTTPRoute/shop/cart`.
    pub route: String,
    /// Name of the rule within its route.
    pub name: String,
    /// Where the rule is written.
    pub place: Option<RulePlace>,
}

impl Diff {
    /// Whether nothing changes and everything was compared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.services.is_empty()
    }

    /// Whether anything changes.
    #[must_use]
    pub fn is_change(&self) -> bool {
        let changes = |service: &ServiceDiff| {
            !service.presence.is_empty() || service.tables.iter().any(|t| !t.changes.is_empty())
        };
        !self.settings.is_empty() || self.services.iter().any(changes)
    }
}

impl fmt::Display for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(namespace) => write!(f, "clients in namespace {namespace}"),
            Self::AllBut(others) if others.is_empty() => f.write_str("all clients"),
            Self::AllBut(others) => {
                let others: Vec<&str> = others.iter().map(String::as_str).collect();
                write!(f, "clients in all namespaces but {}", others.join(", "))
            }
        }
    }
}
