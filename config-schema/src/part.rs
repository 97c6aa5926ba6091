//! The parts of a config in their order, and the one walk over them.

use std::{
    hash::{Hash, Hasher},
    net::IpAddr,
};

use serde_json::value::RawValue;

use crate::{
    config::Config,
    patterns::Patterns,
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
    /// What the regular expressions of the table match, if it says so.
    Patterns(&'p Patterns),
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

/// Takes the parts of a config as they are read.
pub trait Parts {
    /// Takes the next part.
    fn take(&mut self, part: Part<'_>);

    /// Whether the rules of the table that has just begun are known, from a table with this text that was
    /// [read](crate::read_parts) before in a config without a problem. Known rules are not read again: the table's end
    /// is the next part.
    fn knows(&mut self, table: &TableText<'_>) -> bool;
}

/// All that a table says, before its rules are read. Two tables of one hash, made with a key that nobody knows, say
/// the same: what a rule means depends on nothing outside of its table.
#[derive(Debug)]
pub struct TableText<'c>(pub(crate) &'c RouteTable<&'c RawValue>);

impl Hash for TableText<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self(RouteTable {
            rules,
            match_order,
            patterns,
        }) = self;
        state.write_usize(rules.len());
        for rule in rules {
            rule.get().hash(state);
        }
        match_order.hash(state);
        patterns.hash(state);
    }
}

/// Takes the parts of a config, whose rules are `R`.
pub(crate) trait Visit<'c, R> {
    type Error;

    /// Takes every part that is no rule.
    fn part(&mut self, part: Part<'c>);

    /// Takes the patterns and the rules of the table that has begun.
    fn rules(&mut self, table: &'c RouteTable<R>) -> Result<(), Self::Error>;
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
                visitor.rules(table)?;
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

    fn rules(&mut self, table: &'c RouteTable) -> Result<(), Self::Error> {
        (self.0)(Part::Patterns(&table.patterns));
        for rule in &table.rules {
            (self.0)(Part::Rule(rule));
        }
        Ok(())
    }
}

impl Config {
    /// Hands the parts of a config over as [`read`](crate::read) does.
    pub fn parts<'c>(&'c self, take: &mut dyn FnMut(Part<'c>)) {
        let Ok(()) = walk(self, &mut Whole(take));
    }
}
