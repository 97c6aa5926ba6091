//! From a config to a router.

use gamma_config::{Config, RouteTable};
use hashbrown::HashMap;

use crate::{
    RuleId,
    frontend::Frontends,
    router::Port,
    rule::Rule,
    table::{Table, TableBuilder},
};

/// Why no router could be built from a config.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The engine refuses a pattern.
    #[error("rule {rule}: {message}")]
    Regex {
        /// Route and name of the rule.
        rule: String,
        /// The engine's message, which quotes the pattern.
        message: String,
    },
    /// The tree refuses a path.
    #[error("path {path}: {message}")]
    Path {
        /// The path.
        path: String,
        /// The tree's message.
        message: String,
    },
}

/// Everything that [`Router`](crate::Router) needs, as it grows.
#[derive(Debug, Default)]
pub(crate) struct Built {
    pub(crate) frontends: Frontends,
    pub(crate) ports: Vec<Port>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) clusters: Clusters,
}

pub(crate) fn build(config: &Config, client_namespace: &str) -> Result<Built, BuildError> {
    let mut built = Built {
        frontends: Frontends::new(&config.settings.cluster_domain, client_namespace),
        ..Built::default()
    };
    for service in &config.services {
        let first = id(built.ports.len());
        for port in &service.ports {
            // "from a namespace with consumer routes: the consumer set; others: the producer set"
            // (GEP-1294, Multiple routes for a Service). They are never merged.
            let table = port
                .consumers
                .get(client_namespace)
                .or(port.producer.as_ref());
            let table = table
                .map(|table| self::table(table, &mut built))
                .transpose()?;
            let cluster = built.clusters.id(&port.cluster);
            built.ports.push(Port {
                number: port.port,
                cluster,
                table,
            });
        }
        let end = id(built.ports.len());
        built.frontends.add(service, first..end);
    }
    Ok(built)
}

fn table(table: &RouteTable, built: &mut Built) -> Result<Table, BuildError> {
    let mut builder = TableBuilder::default();
    for rule in &table.rules {
        builder.add(rule, RuleId(id(built.rules.len())))?;
        let rule = Rule::new(rule, &mut built.clusters);
        built.rules.push(rule);
    }
    builder.build(&table.match_order)
}

fn id(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Cluster names, each kept once: thousands of rules share a few backends.
#[derive(Debug, Default)]
pub(crate) struct Clusters {
    pub(crate) names: Vec<Box<str>>,
    ids: HashMap<Box<str>, u32>,
}

impl Clusters {
    pub(crate) fn id(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let id = id(self.names.len());
        self.names.push(name.into());
        self.ids.insert(name.into(), id);
        id
    }
}
