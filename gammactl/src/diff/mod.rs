//! What a change of routes changes for requests.
//!
//! Two route configs are compared Service port by Service port, for the clients of each namespace
//! that has routes of its own and for all others. Only what can be told from outside counts: a rule
//! may get another name or place, as long as every request is decided as before.
//!
//! # How it is made sure that nothing is missed
//!
//! Each table is a list of matches of which the first that holds decides ([`table`]). A *class* of
//! requests is a pair of matches, one of each table, and contains the requests that these two
//! decide. [`diff`] looks at every class whose two rules do not say the same:
//!
//! 1. [`language`] finds, for each part of a request (path, method, each header, each query
//!    parameter; [`target`] for the host), values that stand for all others: one for every set of
//!    predicates of both tables that can hold together. Patterns are followed as automata, so
//!    that a pattern below a prefix, or what two patterns have in common, is found.
//! 2. With these, a match is a set of requests: some values for some parts ([`space`], [`region`]).
//!    A class is the common part of two such sets without the sets of all earlier matches, which
//!    [`search`] either finds a request in or proves to be empty.
//! 3. The request is decided by the filter's own router on both sides ([`decide`]), and all that
//!    becomes of it is compared ([`outcome`]), with shares as exact fractions.
//!
//! Whatever had to be cut short is said in [`Diff::limits`] or [`TableDiff::limits`].

mod align;
mod classes;
mod compare;
mod decide;
mod differences;
mod edits;
mod effects;
mod frontend;
mod json;
mod language;
mod outcome;
mod place;
mod region;
mod search;
mod space;
mod table;
mod target;
mod text;
mod trie;
mod witness;

use std::{collections::BTreeSet, fmt};

use gamma_config::{Config, ServiceKind};

pub use crate::compile::Share;
pub use compare::diff;
pub use differences::Difference;
pub use frontend::Presence;
pub use outcome::{Answer, Outcome, Target};
pub use place::{Place, Places};

use crate::request::Simulated;

/// One side of the comparison.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What is obeyed.
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
}

/// What changes for one Service.
#[derive(Debug)]
pub struct ServiceDiff {
    /// What it is in Kubernetes.
    pub kind: ServiceKind,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Itself, its ports, hosts and addresses, where they are on one side only.
    pub presence: Vec<Presence>,
    /// Its ports, and for which clients.
    pub tables: Vec<TableDiff>,
}

/// What changes on one port for some clients.
#[derive(Debug)]
pub struct TableDiff {
    /// Number of the port.
    pub port: u16,
    /// Whose requests.
    pub clients: Clients,
    /// Requests and what becomes of them.
    pub changes: Vec<Change>,
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
pub struct Change {
    /// One of each class, the simplest first.
    pub requests: Vec<Simulated>,
    /// What became of the first.
    pub before: Decision,
    /// What becomes of it.
    pub after: Decision,
    /// In what they differ; at least one.
    pub differences: Vec<Difference>,
}

/// What becomes of a request, and why.
#[derive(Debug)]
pub struct Decision {
    /// The rule that decides, if one does.
    pub rule: Option<RuleName>,
    /// What becomes of the request.
    pub outcome: Outcome,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// As in `HTTPRoute/shop/cart`.
    pub route: String,
    /// Within its route.
    pub name: String,
    /// Where it is written.
    pub place: Option<Place>,
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

    /// For people; `color` for terminals.
    #[must_use]
    pub fn text(&self, color: bool) -> String {
        text::render(self, color)
    }

    /// For tools.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        json::render(self)
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
