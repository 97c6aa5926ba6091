//! The validator: takes the parts of a config and collects the problems in them.

use super::{
    frontends::FrontendClaims, patterns::patterns, problems::ProblemList, rule, settings,
    table::TableCheck, taken::Taken, wire_text::on_wire,
};
use crate::{
    config::Config,
    error::Error,
    part::{Part, PortHead},
    place::Place,
};

pub(crate) struct Validator {
    problems: ProblemList,
    frontends: FrontendClaims,
    /// Services that have ended.
    services: usize,
    /// How many ports of the Service at hand have begun.
    ports: usize,
    /// Their numbers, in order.
    numbers: Vec<u16>,
    /// Client namespaces of the port at hand.
    consumers: Taken,
    /// Client namespace of the table at hand; the producer's has none.
    consumer: Option<String>,
    table: TableCheck,
}

impl Validator {
    /// `version` is that of the config whose parts follow.
    pub(crate) fn new(version: u32) -> Self {
        let mut problems = ProblemList::default();
        settings::version(version, &mut problems);
        Self {
            problems,
            frontends: FrontendClaims::default(),
            services: 0,
            ports: 0,
            numbers: Vec::new(),
            consumers: Taken::default(),
            consumer: None,
            table: TableCheck::default(),
        }
    }

    /// Takes the next part.
    pub(crate) fn take(&mut self, part: &Part<'_>) {
        let service = Place::Root.element("services", self.services);
        let port = service.element("ports", self.ports.saturating_sub(1));
        let consumers = port.member("consumers");
        let table = match &self.consumer {
            Some(namespace) => consumers.member(namespace),
            None => port.member("producer"),
        };
        let problems = &mut self.problems;
        match part {
            Part::Settings(_, settings) => {
                settings::settings(settings, problems);
                self.frontends.settings(settings);
            }
            Part::Service(head) => self
                .frontends
                .service(*head, self.services, &service, problems),
            Part::Port(head) => {
                self.consumers = Taken::default();
                self.port(head);
            }
            Part::Table(consumer) => {
                if let Some(namespace) = consumer
                    && !self.consumers.is_new(namespace)
                {
                    problems.add(
                        &consumers.member(namespace),
                        format_args!("namespace `{namespace}` is there twice"),
                    );
                }
                self.consumer = consumer.map(str::to_owned);
            }
            Part::Patterns(found) => patterns(found, &table, problems),
            Part::Rule(rule) => {
                let place = table.element("rules", self.table.len());
                rule::rule(rule, &place, problems);
                self.table.rule(rule, &place, problems);
            }
            Part::EndOfTable(match_order) => {
                std::mem::take(&mut self.table).end(match_order, &table, problems);
            }
            Part::EndOfPort => {}
            Part::EndOfService => {
                self.services = self.services.saturating_add(1);
                self.ports = 0;
                self.numbers.clear();
            }
        }
    }

    fn port(&mut self, head: &PortHead<'_>) {
        let service = Place::Root.element("services", self.services);
        let place = service.element("ports", self.ports);
        let problems = &mut self.problems;
        match self.numbers.binary_search(&head.port) {
            Err(at) if head.port > 0 => self.numbers.insert(at, head.port),
            _ => problems.add(
                &place.member("port"),
                format_args!("{} must be above 0 and there once", head.port),
            ),
        }
        self.frontends.port(head.port, self.ports, &place, problems);
        self.ports = self.ports.saturating_add(1);
        on_wire(&place.member("cluster"), head.cluster, 1, problems);
    }

    /// Whether there is no problem so far.
    pub(crate) fn is_content(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn into_result(self) -> Result<(), Error> {
        self.problems.into_result()
    }
}

impl Config {
    /// Checks what types can't: see [`Problem`](crate::Problem) for what is said and where.
    ///
    /// # Errors
    ///
    /// Every problem that was found, not only the first.
    pub fn validate(&self) -> Result<(), Error> {
        let mut validator = Validator::new(self.version);
        self.parts(&mut |part| validator.take(&part));
        validator.into_result()
    }
}
