//! Builds a router from the parts of a config, in one pass over them.

use gamma_config::{Config, Features, Part, Rule, Settings};

use crate::{
    clusters::ClusterInterner,
    error::{BuildError, ReadError},
    frontend::{FrontendIndex, ServiceFrontend},
    id::RuleId,
    port::Port,
    router::Router,
    rule::CompiledRule,
    session_ids::SessionIds,
    table::MatchTableBuilder,
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
        config.parts(&mut |part| builder.take(part));
        builder.build()
    }

    /// Builds the router while the text of a config is read, rule by rule: a config in memory takes
    /// several times what the router takes. `client_namespace` is asked for the namespace of the
    /// clients.
    ///
    /// # Errors
    ///
    /// The config is refused, or a pattern is.
    pub fn read(
        json: &[u8],
        client_namespace: impl FnOnce(&Settings) -> String,
    ) -> Result<(Self, Settings), ReadError> {
        let mut settings = Settings::default();
        let mut client_namespace = Some(client_namespace);
        // Replaced by the first part, which is the settings.
        let mut builder = RouterBuilder::new(&settings, "");
        gamma_config::read(json, &mut |part| {
            if let (Part::Settings(_, found), Some(of)) = (&part, client_namespace.take()) {
                settings = (*found).clone();
                builder = RouterBuilder::new(found, &of(found));
            } else {
                builder.take(part);
            }
        })?;
        Ok((builder.build()?, settings))
    }
}

/// A router while it is built: it takes the parts of a config in their order.
struct RouterBuilder {
    client_namespace: Box<str>,
    frontends: FrontendIndex,
    ports: Vec<Port>,
    rules: Vec<CompiledRule>,
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
    /// The table at hand, if this proxy's clients get it.
    table: Option<MatchTableBuilder>,
    /// The session numbers of the table at hand.
    sessions: SessionIds,
    error: Option<BuildError>,
}

impl RouterBuilder {
    fn new(settings: &Settings, client_namespace: &str) -> Self {
        Self {
            client_namespace: client_namespace.into(),
            frontends: FrontendIndex::new(&settings.cluster_domain, client_namespace),
            ports: Vec::new(),
            rules: Vec::new(),
            clusters: ClusterInterner::default(),
            cluster_header: settings.cluster_header.as_str().into(),
            reason_header: settings.reason_header,
            services: 0,
            needs_destination: false,
            needs_time: false,
            features: Features::default(),
            first_port: 0,
            service: None,
            table: None,
            sessions: SessionIds::default(),
            error: None,
        }
    }

    fn take(&mut self, part: Part<'_>) {
        match part {
            Part::Settings(..) => {}
            Part::Service(service) => {
                self.first_port = id(self.ports.len());
                self.service = Some(ServiceFrontend::new(service));
            }
            Part::Port(port) => {
                let cluster = self.clusters.id(port.cluster);
                self.ports.push(Port {
                    number: port.port,
                    cluster,
                    table: None,
                });
            }
            // "from a namespace with consumer routes: the consumer set; others: the producer set"
            // (GEP-1294, Multiple routes for a Service). They are never merged.
            Part::Table(consumer) => {
                let has_own = self.ports.last().is_some_and(|p| p.table.is_some());
                let is_ours = match consumer {
                    Some(namespace) => *namespace == *self.client_namespace,
                    None => !has_own,
                };
                self.table = is_ours.then(MatchTableBuilder::default);
                self.sessions = SessionIds::default();
            }
            Part::Rule(rule) => self.rule(rule),
            Part::EndOfTable(match_order) => {
                if let (Some(table), Some(port)) = (self.table.take(), self.ports.last_mut()) {
                    port.table = Some(table.build(match_order));
                }
            }
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

    fn rule(&mut self, rule: &Rule) {
        let Some(table) = &mut self.table else {
            return;
        };
        if let Err(error) = table.add(rule, RuleId(id(self.rules.len()))) {
            self.error.get_or_insert(error);
        }
        self.features.add(Features::of_rule(rule));
        let rule = CompiledRule::new(rule, &mut self.clusters, &mut self.sessions);
        self.needs_time |= rule.session.as_ref().is_some_and(|s| s.timeout.is_some());
        self.rules.push(rule);
    }

    fn build(self) -> Result<Router, BuildError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        Ok(Router {
            frontends: self.frontends,
            ports: self.ports.into(),
            rules: self.rules.into(),
            clusters: self.clusters.build(),
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
