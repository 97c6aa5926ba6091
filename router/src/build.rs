//! From a config to a router.

use gamma_config::{Part, Rule as RuleConfig, Settings};

use crate::{
    RuleId,
    frontend::{Frontends, ServiceFrontend},
    named::Named,
    router::Port,
    rule::Rule,
    table::TableBuilder,
};

/// Why no router could be read from the text of a config.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The config is refused.
    #[error(transparent)]
    Config(#[from] gamma_config::Error),
    /// It can't be built.
    #[error(transparent)]
    Build(#[from] BuildError),
}

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
    pub(crate) services: usize,
    pub(crate) needs_destination: bool,
}

/// Builds from the pieces of a config, in their order.
pub(crate) struct Builder {
    client_namespace: Box<str>,
    built: Built,
    /// The ports of the Service at hand begin here.
    first_port: u32,
    service: Option<ServiceFrontend>,
    /// The table at hand, if this proxy's clients get it.
    table: Option<TableBuilder>,
    error: Option<BuildError>,
}

impl Builder {
    pub(crate) fn new(settings: &Settings, client_namespace: &str) -> Self {
        Self {
            built: Built {
                frontends: Frontends::new(&settings.cluster_domain, client_namespace),
                ..Built::default()
            },
            client_namespace: client_namespace.into(),
            first_port: 0,
            service: None,
            table: None,
            error: None,
        }
    }

    pub(crate) fn take(&mut self, part: Part<'_>) {
        match part {
            Part::Settings(..) => {}
            Part::Service(service) => {
                self.first_port = id(self.built.ports.len());
                self.service = Some(ServiceFrontend::new(service));
            }
            Part::Port(port) => {
                let cluster = self.built.clusters.id(port.cluster);
                self.built.ports.push(Port {
                    number: port.port,
                    cluster,
                    table: None,
                });
            }
            // "from a namespace with consumer routes: the consumer set; others: the producer set"
            // (GEP-1294, Multiple routes for a Service). They are never merged.
            Part::Table(consumer) => {
                let has_own = self.built.ports.last().is_some_and(|p| p.table.is_some());
                let is_ours = match consumer {
                    Some(namespace) => *namespace == *self.client_namespace,
                    None => !has_own,
                };
                self.table = is_ours.then(TableBuilder::default);
            }
            Part::Rule(rule) => self.rule(rule),
            Part::EndOfTable(match_order) => {
                if let (Some(table), Some(port)) = (self.table.take(), self.built.ports.last_mut())
                {
                    port.table = Some(table.build(match_order));
                }
            }
            Part::EndOfPort => {}
            Part::EndOfService => {
                let end = id(self.built.ports.len());
                if let Some(service) = self.service.take() {
                    self.built.needs_destination |= !service.cluster_ips.is_empty();
                    self.built.frontends.add(service, self.first_port..end);
                    self.built.services = self.built.services.saturating_add(1);
                }
            }
        }
    }

    fn rule(&mut self, rule: &RuleConfig) {
        let Some(table) = &mut self.table else {
            return;
        };
        match table.add(rule, RuleId(id(self.built.rules.len()))) {
            Ok(()) => {}
            Err(error) => self.error = self.error.take().or(Some(error)),
        }
        self.built
            .rules
            .push(Rule::new(rule, &mut self.built.clusters));
    }

    pub(crate) fn build(self) -> Result<Built, BuildError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.built),
        }
    }
}

fn id(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Cluster names, each kept once: thousands of rules share a few backends.
#[derive(Debug, Default)]
pub(crate) struct Clusters(Named<Box<str>>);

impl Clusters {
    pub(crate) fn id(&mut self, name: &str) -> u32 {
        self.0.id(name.as_bytes(), || name.into())
    }

    /// By number.
    pub(crate) fn into_names(self) -> Box<[Box<str>]> {
        self.0.into_values().into()
    }
}
