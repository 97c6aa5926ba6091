//! Builds a router from the parts of a config, in one pass over them.

use std::sync::Arc;

use gamma_config::{Config, Features, Part, Parts, Settings, TableText};

use crate::{
    clusters::ClusterInterner,
    compiled_table::{CompiledTable, TableBuilder},
    error::{BuildError, ReadError},
    frontend::{FrontendIndex, ServiceFrontend},
    id::ClusterId,
    known_tables::{KnownTables, TableKey},
    port::Port,
    router::Router,
};

impl Router {
    /// Builds the router for clients in `client_namespace`. Routes that only clients of other
    /// namespaces would get are left out.
    ///
    /// # Errors
    ///
    /// A pattern that the engine refuses; everything else was refused by
    /// [`Config::validate`](gamma_config::Config::validate).
    pub fn new(config: &Config, client_namespace: &str) -> Result<Self, BuildError> {
        let mut builder = RouterBuilder::new(&config.settings, client_namespace);
        config.parts(&mut |part| builder.part(part));
        builder.build()
    }

    /// Builds the router while the text of a config is read, rule by rule: a config in memory takes
    /// several times what the router takes. `client_namespace` is asked for the namespace of the
    /// clients. A table that is `known` is neither read nor compiled: its text alone is read through once.
    ///
    /// # Errors
    ///
    /// The config is refused, or a pattern is.
    pub fn read(
        json: &[u8],
        known: &mut KnownTables,
        client_namespace: impl FnOnce(&Settings) -> String,
    ) -> Result<(Self, Settings), ReadError> {
        let mut client_namespace = Some(client_namespace);
        Self::read_for(json, known, &mut |settings| {
            Some(client_namespace.take()?(settings))
        })
    }

    /// As [`read`](Self::read). It is compiled with this crate, for size, and not with whoever calls it.
    fn read_for(
        json: &[u8],
        known: &mut KnownTables,
        client_namespace: ClientNamespace<'_>,
    ) -> Result<(Self, Settings), ReadError> {
        let settings = Settings::default();
        let mut reader = RouterReader {
            known,
            client_namespace,
            // Replaced by the first part, which is the settings.
            builder: RouterBuilder::new(&settings, ""),
            settings,
            key: None,
            keys: Vec::new(),
        };
        gamma_config::read_parts(json, &mut reader)?;
        let RouterReader {
            known,
            builder,
            settings,
            keys,
            ..
        } = reader;
        let router = builder.build()?;
        // Only now is it certain that there is no problem in them.
        let tables = router.tables.iter().map(|(_, table)| Arc::downgrade(table));
        known.learn(keys.into_iter().zip(tables));
        Ok((router, settings))
    }
}

/// Says the namespace of the clients when it is asked for the first time.
type ClientNamespace<'n> = &'n mut dyn FnMut(&Settings) -> Option<String>;

/// Builds a router of the tables that are known and of those that are read.
struct RouterReader<'k, 'n> {
    known: &'k mut KnownTables,
    client_namespace: ClientNamespace<'n>,
    builder: RouterBuilder,
    settings: Settings,
    /// That of the table at hand.
    key: Option<TableKey>,
    /// Those of the builder's tables.
    keys: Vec<TableKey>,
}

impl Parts for RouterReader<'_, '_> {
    fn take(&mut self, part: Part<'_>) {
        if let Part::Settings(_, found) = part {
            if let Some(client_namespace) = (self.client_namespace)(found) {
                self.settings = found.clone();
                self.builder = RouterBuilder::new(found, &client_namespace);
            }
            return;
        }
        let is_end = matches!(part, Part::EndOfTable(_));
        self.builder.part(part);
        if is_end {
            self.keys.extend(self.key.take());
        }
    }

    fn knows(&mut self, text: &TableText<'_>) -> bool {
        if !KnownTables::ARE_KEYS_SECRET {
            return false;
        }
        let key = self.known.key(text, self.builder.is_ours);
        self.key = Some(key);
        let found = self.known.find(key);
        let is_known = found.is_some();
        if let Some(table) = found {
            self.builder.table = TableAtHand::Known(table);
        }
        is_known
    }
}

/// A router while it is built: it takes the parts of a config in their order.
struct RouterBuilder {
    client_namespace: Box<str>,
    frontends: FrontendIndex,
    ports: Vec<Port>,
    tables: Vec<Arc<CompiledTable>>,
    /// Those of the ports' own endpoints.
    clusters: ClusterInterner,
    cluster_header: Box<str>,
    reason_header: bool,
    services: usize,
    needs_destination: bool,
    needs_time: bool,
    features: Features,
    /// The ports of the Service at hand begin here.
    first_port: u32,
    service: Option<ServiceFrontend>,
    /// The table at hand.
    table: TableAtHand,
    /// Whether this proxy's clients get it. Of a table that they don't get nothing is kept but that it has been read.
    is_ours: bool,
    /// Whether it is for clients of one namespace.
    is_consumer: bool,
    error: Option<BuildError>,
}

/// A table that has begun, and not ended.
enum TableAtHand {
    /// Its rules follow.
    New(Box<TableBuilder>),
    /// It has been read before.
    Known(Arc<CompiledTable>),
}

impl TableAtHand {
    fn new() -> Self {
        Self::New(Box::default())
    }
}

impl RouterBuilder {
    fn new(settings: &Settings, client_namespace: &str) -> Self {
        Self {
            client_namespace: client_namespace.into(),
            frontends: FrontendIndex::new(&settings.cluster_domain, client_namespace),
            ports: Vec::new(),
            tables: Vec::new(),
            clusters: ClusterInterner::default(),
            cluster_header: settings.cluster_header.as_str().into(),
            reason_header: settings.reason_header,
            services: 0,
            needs_destination: false,
            needs_time: false,
            features: Features::default(),
            first_port: 0,
            service: None,
            table: TableAtHand::new(),
            is_ours: false,
            is_consumer: false,
            error: None,
        }
    }

    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Settings(..) => {}
            Part::Service(service) => {
                self.first_port = id(self.ports.len());
                self.service = Some(ServiceFrontend::new(service));
            }
            Part::Port(port) => {
                self.ports.push(Port {
                    number: port.port,
                    cluster: ClusterId(self.clusters.id(port.cluster).0),
                    table: None,
                });
            }
            // "from a namespace with consumer routes: the consumer set; others: the producer set"
            // (GEP-1294, Multiple routes for a Service). They are never merged.
            Part::Table(consumer) => {
                let has_own = self.ports.last().is_some_and(|p| p.table.is_some());
                self.is_consumer = consumer.is_some();
                self.is_ours = match consumer {
                    Some(namespace) => *namespace == *self.client_namespace,
                    None => !has_own,
                };
            }
            Part::Patterns(patterns) => self.give_table(|table| table.patterns(patterns)),
            Part::Rule(rule) => self.give_table(|table| table.add(rule)),
            Part::EndOfTable(match_order) => self.end_of_table(match_order),
            Part::EndOfPort => {}
            Part::EndOfService => {
                let end = id(self.ports.len());
                if let Some(service) = self.service.take() {
                    self.needs_destination |= !service.cluster_ips.is_empty();
                    self.frontends.add(service, self.first_port..end);
                    self.services = self.services.saturating_add(1);
                }
            }
        }
    }

    /// Gives the table at hand what clients here get of it.
    fn give_table(&mut self, give: impl FnOnce(&mut TableBuilder) -> Result<(), BuildError>) {
        if self.is_ours
            && let TableAtHand::New(table) = &mut self.table
            && let Err(mut error) = give(table)
        {
            if let BuildError::Regex { place, .. } = &mut error {
                *place = format!("{}.{place}", self.place());
            }
            self.error.get_or_insert(error);
        }
    }

    /// Path from the root of the config to the table at hand.
    fn place(&self) -> String {
        let port = self.ports.len().saturating_sub(self.first_port as usize);
        let (service, port) = (self.services, port.saturating_sub(1));
        let table = match self.is_consumer {
            true => format!("consumers.{}", self.client_namespace),
            false => "producer".into(),
        };
        format!("services[{service}].ports[{port}].{table}")
    }

    fn end_of_table(&mut self, match_order: &[(u32, u32)]) {
        let table = match std::mem::replace(&mut self.table, TableAtHand::new()) {
            TableAtHand::New(table) if self.is_ours => table.build(match_order),
            TableAtHand::New(empty) => empty.build(&[]),
            TableAtHand::Known(table) => table,
        };
        self.features.add(table.features);
        self.needs_time |= table.needs_time;
        if self.is_ours
            && let Some(port) = self.ports.last_mut()
        {
            port.table = Some(id(self.tables.len()));
        }
        self.tables.push(table);
    }

    fn build(self) -> Result<Router, BuildError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut clusters = self.clusters.build().names().to_vec();
        let tables = self.tables.into_iter().map(|table| {
            let first_cluster = id(clusters.len());
            clusters.extend_from_slice(table.clusters.names());
            (first_cluster, table)
        });
        let tables = tables.collect();
        Ok(Router {
            frontends: self.frontends,
            ports: self.ports.into(),
            tables,
            clusters: clusters.into(),
            cluster_header: self.cluster_header,
            reason_header: self.reason_header,
            services: self.services,
            needs_destination: self.needs_destination,
            needs_time: self.needs_time,
            features: self.features,
        })
    }
}

fn id(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
