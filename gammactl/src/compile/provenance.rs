//! Where the matches of a compiled config come from.

use std::collections::HashMap;

use gamma_config::ServiceKind;

use super::{
    attach::{Attachments, attach},
    index::Index,
    kind,
    options::Options,
    precedence::Precedence,
    rule::{self, Rules},
    table,
};
use crate::{
    diagnostic::Diagnostics,
    manifest::{Manifests, Match, Route},
    source::Span,
};

/// The tables of a config, by what they are on and whose routes they hold.
#[derive(Debug)]
pub(crate) struct Provenance {
    tables: HashMap<TableKey, Origins>,
}

/// A table of a config.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TableKey {
    pub(crate) kind: ServiceKind,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) port: u16,
    /// Namespace of the routes.
    pub(crate) routes: String,
}

/// The routes that became one table.
#[derive(Debug)]
pub(crate) struct Origins {
    /// Of every match, in order of precedence.
    pub(crate) matches: Vec<Origin>,
    /// Names of routes that are not applied there, because there are GRPCRoutes.
    pub(crate) ignored: Vec<String>,
}

/// A match in the manifests.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) rank: Precedence,
    pub(crate) span: Span,
    pub(crate) rule: Span,
}

impl Provenance {
    /// Compiles `manifests` as [`compile`](super::compile) does, and keeps what a config does not
    /// say.
    pub(crate) fn new(manifests: &Manifests, options: &Options) -> Self {
        // What there is to say was said when the config was made.
        let unsaid = &mut Diagnostics::default();
        let index = Index::new(manifests);
        let attachments = attach(manifests, &index, options, unsaid);
        let rules = rule::compile_all(manifests, &index, &attachments, options, unsaid);
        Self {
            tables: tables(manifests, &attachments, &rules),
        }
    }

    pub(crate) fn table(&self, key: &TableKey) -> Option<&Origins> {
        self.tables.get(key)
    }
}

fn tables(
    manifests: &Manifests,
    attachments: &Attachments<'_>,
    rules: &Rules,
) -> HashMap<TableKey, Origins> {
    let mut tables = HashMap::new();
    for service in &manifests.services {
        for port in service.tcp_ports() {
            for (namespace, routes) in attachments.on(service, port.port) {
                let key = TableKey {
                    kind: service.kind,
                    namespace: service.metadata.namespace.clone(),
                    name: service.metadata.name.value.clone(),
                    port: port.port,
                    routes: namespace,
                };
                tables.insert(key, origins(&routes, manifests, rules));
            }
        }
    }
    tables
}

fn origins(routes: &[usize], manifests: &Manifests, rules: &Rules) -> Origins {
    let (applied, ignored) = kind::by_kind(routes, manifests);
    let (compiled, order) = table::ranked(&applied, rules);
    let matches = order.into_iter().filter_map(|(r, m)| {
        let (route, compiled) = compiled.get(r)?;
        let rank = compiled.ranks.get(m as usize)?;
        let rule = manifests.routes.get(*route)?.rules.get(rank.rule)?;
        Some(Origin {
            rank: rank.clone(),
            span: match rule.matches.get(rank.r#match)? {
                Match::Http(http) => http.span,
                Match::Grpc(grpc) => grpc.span,
            },
            rule: rule.span,
        })
    });
    let name = |route: &usize| manifests.routes.get(*route).map(full_name);
    Origins {
        matches: matches.collect(),
        ignored: ignored.iter().filter_map(name).collect(),
    }
}

fn full_name(route: &Route) -> String {
    let (namespace, name) = (&route.metadata.namespace, &route.metadata.name.value);
    format!("{}/{namespace}/{name}", route.kind.as_str())
}
