//! An ordered list of what requests are for.

use gamma_manifest::source::Span;

use super::actions::RuleActions;
use crate::{
    order::ListEntry,
    source_list::{
        MOST_ALTERNATIVES, SourceCondition, SourceEffect, SourceEntry, SourceList, SourceOrigin,
        SourcePart, Unspeakable,
    },
};

/// Where an entry of the list comes from.
#[derive(Debug, Clone)]
pub(crate) struct EntryOrigin {
    /// The match, or the rule if that has none.
    pub(crate) span: Span,
    /// The rule.
    pub(crate) rule: Span,
    /// Of the rule, as it can be written.
    pub(crate) name: Option<String>,
    /// Whether nobody wrote it, and the API adds it: then nobody need know that it decides nothing.
    pub(crate) is_implied: bool,
}

/// What the source says of requests to one port, from one kind of clients. The first entry that holds decides.
#[derive(Debug, Default)]
pub(crate) struct RequestList {
    /// As it stands.
    source: Vec<SourceEntry>,
    /// The same in the terms of the Gateway API.
    pub(super) entries: Vec<ListEntry>,
    /// By [`SourceEntry::origin`].
    pub(super) origins: Vec<EntryOrigin>,
    /// Matches that never hold.
    never: Vec<Span>,
}

/// What no match of the Gateway API asks.
#[derive(Debug)]
pub(crate) struct UnspeakableMatch {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl UnspeakableMatch {
    /// Says it of a match at `span`.
    pub(crate) fn of(what: &Unspeakable, span: Span) -> Self {
        let message = match what {
            Unspeakable::TooMany => {
                format!("the condition becomes more than {MOST_ALTERNATIVES} matches")
            }
            Unspeakable::Test(part) => {
                let part = match part {
                    SourcePart::Path => "path".into(),
                    SourcePart::Method => "method".into(),
                    SourcePart::Host => "host".into(),
                    SourcePart::Header(name) => format!("header `{name}`"),
                    SourcePart::QueryParam(name) => format!("query parameter `{name}`"),
                };
                format!("no match of the Gateway API asks that of the {part}")
            }
        };
        Self { span, message }
    }
}

impl RequestList {
    /// Adds an entry.
    pub(crate) fn add(
        &mut self,
        condition: SourceCondition,
        effect: usize,
        replaces_prefix: bool,
        origin: EntryOrigin,
    ) -> Result<(), Unspeakable> {
        let entry = SourceEntry {
            condition,
            replaces_prefix,
            effect,
            origin: self.origins.len(),
        };
        let entries = entry.entries()?;
        if entries.is_empty() {
            self.never.push(origin.span);
        }
        self.entries.extend(entries);
        self.source.push(entry);
        self.origins.push(origin);
        Ok(())
    }

    /// Whether no request meets any of its matches, the first of which is there.
    pub(crate) fn never_holds(&self) -> Option<Span> {
        let first = self.never.first().copied();
        first.filter(|_| self.entries.is_empty())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// Matches that never hold.
    pub(crate) fn never(&self) -> &[Span] {
        &self.never
    }

    /// It as it stands, and what `actions` do with its requests.
    pub(crate) fn source_list(&self, actions: &impl RuleActions) -> SourceList {
        let effect = |number: usize| {
            // What never decides refers to nothing.
            if self.entries.iter().any(|entry| entry.effect == number) {
                actions.source_effect(number)
            } else {
                SourceEffect::default()
            }
        };
        let origin = |origin: &EntryOrigin| SourceOrigin {
            span: origin.span,
            rule: origin.rule,
        };
        SourceList {
            entries: self.source.clone(),
            origins: self.origins.iter().map(origin).collect(),
            effects: (0..actions.count()).map(effect).collect(),
        }
    }
}
