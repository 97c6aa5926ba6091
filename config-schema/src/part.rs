//! The parts of a config in their order, and the one walk over them.

use std::net::IpAddr;

use crate::{
    config::Config,
    rule::Rule,
    service::{Port, RouteTable, Service, ServiceKind},
    settings::Settings,
};

/// A part of a config, in the order in which they come. Consumer routes come before producer routes.
#[derive(Debug)]
pub enum Part<'p> {
    /// The first part: where a config says that its schema is, and its settings.
    Settings(Option<&'p str>, &'p Settings),
    /// A Service begins.
    Service(ServiceHead<'p>),
    /// A port of the Service begins.
    Port(PortHead<'p>),
    /// A table of the port begins: that of a client namespace, or the producer's.
    Table(Option<&'p str>),
    /// The next rule of the table.
    Rule(&'p Rule),
    /// The table ends, with its `matchOrder`.
    EndOfTable(&'p [(u32, u32)]),
    /// The port ends.
    EndOfPort,
    /// The Service ends.
    EndOfService,
}

/// What a [`Service`] says of itself besides its ports.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "each is the member of its name")]
pub struct ServiceHead<'p> {
    pub kind: ServiceKind,
    pub namespace: &'p str,
    pub name: &'p str,
    pub hosts: &'p [String],
    pub cluster_ips: &'p [IpAddr],
}

/// What a [`Port`] says of itself besides its tables.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "each is the member of its name")]
pub struct PortHead<'p> {
    pub port: u16,
    pub cluster: &'p str,
}

/// Takes the parts of a config, whose rules are `R`.
pub(crate) trait Visit<'c, R> {
    type Error;

    /// Takes every part that is no rule.
    fn part(&mut self, part: Part<'c>);

    /// Takes the next rule of the table.
    fn rule(&mut self, rule: &'c R) -> Result<(), Self::Error>;
}

/// Hands the parts of `config` over, up to the first error.
pub(crate) fn walk<'c, R, V: Visit<'c, R>>(
    config: &'c Config<R>,
    visitor: &mut V,
) -> Result<(), V::Error> {
    visitor.part(Part::Settings(config.schema.as_deref(), &config.settings));
    for service in &config.services {
        visitor.part(Part::Service(service.head()));
        for port in &service.ports {
            visitor.part(Part::Port(port.head()));
            for (consumer, table) in port.tables() {
                visitor.part(Part::Table(consumer));
                for rule in &table.rules {
                    visitor.rule(rule)?;
                }
                visitor.part(Part::EndOfTable(&table.match_order));
            }
            visitor.part(Part::EndOfPort);
        }
        visitor.part(Part::EndOfService);
    }
    Ok(())
}

impl<R> Service<R> {
    /// What it says of itself besides its ports.
    #[must_use]
    pub fn head(&self) -> ServiceHead<'_> {
        ServiceHead {
            kind: self.kind,
            namespace: &self.namespace,
            name: &self.name,
            hosts: &self.hosts,
            cluster_ips: &self.cluster_ips,
        }
    }
}

impl<R> Port<R> {
    /// What it says of itself besides its tables.
    #[must_use]
    pub fn head(&self) -> PortHead<'_> {
        PortHead {
            port: self.port,
            cluster: &self.cluster,
        }
    }

    /// Consumers' tables with their namespaces, then the producer's.
    fn tables(&self) -> impl Iterator<Item = (Option<&str>, &RouteTable<R>)> {
        let consumers = self.consumers.iter();
        let consumers = consumers.map(|(namespace, table)| (Some(namespace), table));
        consumers.chain(self.producer.iter().map(|table| (None, table)))
    }
}

/// Takes rules as a part like any other.
struct Whole<'t, 'c>(&'t mut dyn FnMut(Part<'c>));

impl<'c> Visit<'c, Rule> for Whole<'_, 'c> {
    type Error = std::convert::Infallible;

    fn part(&mut self, part: Part<'c>) {
        (self.0)(part);
    }

    fn rule(&mut self, rule: &'c Rule) -> Result<(), Self::Error> {
        (self.0)(Part::Rule(rule));
        Ok(())
    }
}

impl Config {
    /// Hands the parts of a config over as [`read`](crate::read) does.
    pub fn parts<'c>(&'c self, take: &mut dyn FnMut(Part<'c>)) {
        let Ok(()) = walk(self, &mut Whole(take));
    }
}
