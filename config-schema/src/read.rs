//! Reading a config one rule at a time.
//!
//! A worker's memory grows and never shrinks, so what counts is the most that it ever holds. A large
//! config in Rust's types is several times its text: rules stay text until they are needed, and whoever
//! needs them gets one after the other.

use crate::{
    Config, Error, Port, RouteTable, Rule, Service, Settings, VERSION, json,
    outline::{Outline, ServiceOutline, TableOutline},
    place::place,
    validate::{self, Place, Problems},
};

/// A piece of a config, in the order in which they come. Consumer routes come before producer routes.
#[derive(Debug)]
pub enum Part<'p> {
    /// The first piece: where a config says that its schema is, and its settings.
    Settings(Option<&'p str>, &'p Settings),
    /// A Service begins. Its ports follow, they are not in it.
    Service(&'p Service),
    /// A port of the Service begins. Its tables follow, they are not in it.
    Port(&'p Port),
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

/// Reads and validates a config, and hands its pieces over as they are read. They are good for
/// nothing if it is refused in the end. No bytes at all are the [default](Config::default).
///
/// # Errors
///
/// As those of [`parse`](crate::parse).
pub fn read(json: &[u8], take: &mut dyn FnMut(Part<'_>)) -> Result<(), Error> {
    if json.iter().all(u8::is_ascii_whitespace) {
        take(Part::Settings(None, &Settings::default()));
        return Ok(());
    }
    let mut outline = Outline::default();
    json::read(json, &mut outline).map_err(|error| refused(json, 0, json, &error))?;
    let mut reader = Reader {
        json,
        take,
        problems: Problems::default(),
    };
    validate::head(outline.version, &outline.settings, &mut reader.problems);
    (reader.take)(Part::Settings(outline.schema.as_deref(), &outline.settings));
    let mut services = validate::Services::default();
    for (i, ServiceOutline { service, ports }) in outline.services.iter().enumerate() {
        let place = Place::Root.element("services", i);
        services.service(service, &place, &mut reader.problems);
        (reader.take)(Part::Service(service));
        for (p, outline) in ports.iter().enumerate() {
            let place = place.element("ports", p);
            services.port(service, &outline.port, &place, &mut reader.problems);
            (reader.take)(Part::Port(&outline.port));
            let consumers = place.member("consumers");
            for (namespace, table) in &outline.consumers.0 {
                let place = consumers.member(namespace);
                reader.table(Some(namespace), table, &place)?;
            }
            if let Some(table) = &outline.producer {
                reader.table(None, table, &place.member("producer"))?;
            }
            (reader.take)(Part::EndOfPort);
        }
        (reader.take)(Part::EndOfService);
        services.end_of_service();
    }
    reader.problems.into_result()
}

struct Reader<'j, 't> {
    json: &'j [u8],
    take: &'t mut dyn FnMut(Part<'_>),
    problems: Problems,
}

impl Reader<'_, '_> {
    fn table(
        &mut self,
        consumer: Option<&str>,
        table: &TableOutline<'_>,
        place: &Place<'_>,
    ) -> Result<(), Error> {
        (self.take)(Part::Table(consumer));
        let mut matches = Vec::with_capacity(table.rules.len());
        for (r, text) in table.rules.iter().enumerate() {
            let text = text.get().as_bytes();
            let mut rule = Rule::default();
            json::read(text, &mut rule).map_err(|error| {
                let start = (text.as_ptr() as usize).saturating_sub(self.json.as_ptr() as usize);
                refused(self.json, start, text, &error)
            })?;
            validate::rule(&rule, &place.element("rules", r), &mut self.problems);
            matches.push(rule.matches.len());
            // Of a config that is refused, nothing more is of use.
            if self.problems.is_empty() {
                (self.take)(Part::Rule(&rule));
            }
        }
        validate::match_order(&table.match_order, &matches, place, &mut self.problems);
        (self.take)(Part::EndOfTable(&table.match_order));
        Ok(())
    }
}

/// An error in `text`, which begins at `start` of `json`.
fn refused(json: &[u8], start: usize, text: &[u8], error: &serde_json::Error) -> Error {
    let lines_before = error.line().saturating_sub(1);
    let lines = text.split_inclusive(|&b| b == b'\n').take(lines_before);
    let in_text: usize = lines.map(<[u8]>::len).sum();
    let end = start.saturating_add(in_text).saturating_add(error.column());
    let before = json.get(..end).unwrap_or(json);
    let line_start = before
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |at| at.saturating_add(1));
    let line = before
        .iter()
        .filter(|&&b| b == b'\n')
        .count()
        .saturating_add(1);
    let column = before.len().saturating_sub(line_start);
    let said = error.to_string();
    // It would name the line within the text.
    let own = format!(" at line {} column {}", error.line(), error.column());
    Error::Parse {
        place: place(json, line, column),
        message: said.strip_suffix(&own).unwrap_or(&said).into(),
        line,
        column,
    }
}

/// Puts the pieces together again.
pub(crate) fn whole(json: &[u8]) -> Result<Config, Error> {
    let mut config = Config {
        version: VERSION,
        ..Config::default()
    };
    let mut current = RouteTable::default();
    let mut consumer = None;
    read(json, &mut |part| {
        let services = &mut config.services;
        let port = services
            .last_mut()
            .and_then(|service| service.ports.last_mut());
        match (part, port) {
            (Part::Settings(schema, settings), _) => {
                config.schema = schema.map(str::to_owned);
                config.settings = settings.clone();
            }
            (Part::Service(service), _) => services.push(service.clone()),
            (Part::Port(port), _) => {
                if let Some(service) = services.last_mut() {
                    service.ports.push(port.clone());
                }
            }
            (Part::Table(of), _) => consumer = of.map(str::to_owned),
            (Part::Rule(rule), _) => current.rules.push(rule.clone()),
            (Part::EndOfTable(order), Some(port)) => {
                let mut table = std::mem::take(&mut current);
                table.match_order = order.to_vec();
                match consumer.take() {
                    Some(namespace) => drop(port.consumers.insert(namespace, table)),
                    None => port.producer = Some(table),
                }
            }
            (Part::EndOfTable(_) | Part::EndOfPort | Part::EndOfService, _) => {}
        }
    })?;
    Ok(config)
}

impl Config {
    /// Hands the pieces of a config over as [`read`] does.
    pub fn parts<'c>(&'c self, take: &mut dyn FnMut(Part<'c>)) {
        take(Part::Settings(self.schema.as_deref(), &self.settings));
        for service in &self.services {
            take(Part::Service(service));
            for port in &service.ports {
                take(Part::Port(port));
                let consumers = port.consumers.iter();
                let consumers = consumers.map(|(namespace, table)| (Some(&**namespace), table));
                for (consumer, table) in consumers.chain(port.producer.iter().map(|t| (None, t))) {
                    take(Part::Table(consumer));
                    table.rules.iter().for_each(|rule| take(Part::Rule(rule)));
                    take(Part::EndOfTable(&table.match_order));
                }
                take(Part::EndOfPort);
            }
            take(Part::EndOfService);
        }
    }
}
