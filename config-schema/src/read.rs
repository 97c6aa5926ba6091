//! A route config is read one rule at a time.
//!
//! A worker's memory grows and never shrinks, so what counts is the most that it ever holds. A large
//! config in Rust's types is several times its text: rules stay text until they are needed, and whoever
//! needs them gets one after the other.

use serde_json::value::RawValue;

use crate::{
    compressed::plain,
    config::Config,
    error::Error,
    json,
    part::{Part, Parts, TableText, Visit, walk},
    refusal::refused,
    rule::Rule,
    service::RouteTable,
    settings::Settings,
    validate::Validator,
};

/// Reads and validates a config, plain or [compressed](crate::compress), and hands its parts over as
/// they are read. They are good for nothing if it is refused in the end. No bytes at all are the [default](Config::default).
///
/// # Errors
///
/// As those of [`parse`].
pub fn read(configuration: &[u8], take: &mut dyn FnMut(Part<'_>)) -> Result<(), Error> {
    read_parts(configuration, &mut TakeAll(take))
}

/// Knows no table.
struct TakeAll<'t>(&'t mut dyn FnMut(Part<'_>));

impl Parts for TakeAll<'_> {
    fn take(&mut self, part: Part<'_>) {
        (self.0)(part);
    }

    fn knows(&mut self, _: &TableText<'_>) -> bool {
        false
    }
}

/// As [`read`], to somebody who may know a table already.
///
/// # Errors
///
/// As those of [`parse`].
pub fn read_parts(configuration: &[u8], parts: &mut dyn Parts) -> Result<(), Error> {
    let json = &*plain(configuration)?;
    if is_nothing(json) {
        parts.take(Part::Settings(None, &Settings::default()));
        return Ok(());
    }
    let outline: Config<&RawValue> =
        json::parse(json).map_err(|error| refused(json, 0, json, &error))?;
    let mut reader = RuleByRule {
        json,
        parts,
        validator: Validator::new(outline.version),
        is_known: false,
    };
    walk(&outline, &mut reader)?;
    reader.validator.into_result()
}

/// Reads and validates a config, plain or [compressed](crate::compress). No bytes at all (a host without plugin configuration) are the
/// [default](Config::default): everything passes through.
///
/// # Errors
///
/// The first syntax or type error, or all problems found by [`Config::validate`], each with its
/// place.
pub fn parse(configuration: &[u8]) -> Result<Config, Error> {
    let json = &*plain(configuration)?;
    if is_nothing(json) {
        return Ok(Config::default());
    }
    let mut config: Config = json::parse(json).map_err(|error| refused(json, 0, json, &error))?;
    let services = config.services.iter_mut();
    for port in services.flat_map(|service| &mut service.ports) {
        port.consumers.sort();
    }
    config.validate()?;
    Ok(config)
}

fn is_nothing(json: &[u8]) -> bool {
    json.iter().all(u8::is_ascii_whitespace)
}

struct RuleByRule<'j, 'p> {
    json: &'j [u8],
    parts: &'p mut dyn Parts,
    validator: Validator,
    /// Whether the rules of the table at hand are known.
    is_known: bool,
}

impl<'c> Visit<'c, &RawValue> for RuleByRule<'_, '_> {
    type Error = Error;

    fn part(&mut self, part: Part<'c>) {
        match part {
            // It was right when it was read, and the validator has seen none of its rules.
            Part::EndOfTable(_) if std::mem::take(&mut self.is_known) => {
                self.validator.take(&Part::EndOfTable(&[]));
            }
            _ => self.validator.take(&part),
        }
        self.parts.take(part);
    }

    fn rules(&mut self, table: &'c RouteTable<&RawValue>) -> Result<(), Error> {
        self.is_known = self.parts.knows(&TableText(table));
        if self.is_known {
            return Ok(());
        }
        let patterns = Part::Patterns(&table.patterns);
        self.validator.take(&patterns);
        if self.validator.is_content() {
            self.parts.take(patterns);
        }
        table.rules.iter().try_for_each(|text| self.rule(text))
    }
}

impl RuleByRule<'_, '_> {
    fn rule(&mut self, text: &RawValue) -> Result<(), Error> {
        let text = text.get().as_bytes();
        let rule: Rule = json::parse(text).map_err(|error| {
            let start = (text.as_ptr() as usize).saturating_sub(self.json.as_ptr() as usize);
            refused(self.json, start, text, &error)
        })?;
        let part = Part::Rule(&rule);
        self.validator.take(&part);
        // Of a config that is refused, nothing more is of use.
        if self.validator.is_content() {
            self.parts.take(part);
        }
        Ok(())
    }
}
