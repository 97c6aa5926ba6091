//! Differences that a finding has announced: it is of the entry, or of what was written for it, and such requests are decided in
//! the way that it says.

use std::collections::HashMap;

use gamma_compile::Share;
use gamma_diff::{
    AnsweredBy, Clients, DecidingRule, DecisionChange, Diff, Difference, RequestOutcome,
    RuleOutcome,
};
use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Sources, Span},
};

use crate::{source_list::SourceOrigin, written::WrittenObjects};

/// Requests that are decided otherwise, as a finding says.
#[derive(Debug)]
pub struct SaidDifference {
    /// The finding.
    pub finding: Diagnostic,
    /// Namespace and name of the Service.
    pub service: (String, String),
    /// Its port.
    pub port: u16,
    /// Who sends such requests.
    pub clients: Clients,
    /// The requests, and what becomes of them.
    pub change: DecisionChange,
}

/// The findings of a conversion, and what they are about.
pub(super) struct AnnouncingFindings<'f> {
    found: &'f Diagnostics,
    /// By file, line and column.
    entries: HashMap<(String, usize, usize), SourceOrigin>,
    /// What the matches of written rules come from, by route and name of the rule.
    rules: HashMap<(String, String), Vec<Span>>,
}

/// How a request is decided otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    /// It is answered with 500.
    Refused,
    /// It goes where it went, and its new path is the same but for slashes.
    Slashes,
    /// The same becomes of it, with shares that are rounded.
    Shares,
    /// Somebody else answers it, or with another share.
    Elsewhere,
    /// Something that no finding announces.
    Unknown,
}

impl<'f> AnnouncingFindings<'f> {
    pub(super) fn new(written: &WrittenObjects, found: &'f Diagnostics, input: &Sources) -> Self {
        let origins = written.lists.iter().flat_map(|list| &list.source.origins);
        let entries = origins.map(|origin| {
            let (line, column) = input.line_column(origin.span);
            let file = input.of(origin.span).name.clone();
            ((file, line, column), *origin)
        });
        let mut rules = HashMap::new();
        for route in &written.routes {
            let full_name = format!("HTTPRoute/{}/{}", route.namespace, route.name);
            for (number, (rule, name)) in route.rules.iter().zip(route.rule_names()).enumerate() {
                let name = name.unwrap_or_else(|| number.to_string());
                rules.insert((full_name.clone(), name), rule.spans.clone());
            }
        }
        Self {
            found,
            entries: entries.collect(),
            rules,
        }
    }

    /// Takes what was said out of `diff`.
    pub(super) fn take_from(&self, diff: &mut Diff) -> Vec<SaidDifference> {
        let mut said = Vec::new();
        for service in &mut diff.services {
            for table in &mut service.tables {
                for change in std::mem::take(&mut table.changes) {
                    match self.of(&change) {
                        Some(finding) => said.push(SaidDifference {
                            finding: finding.clone(),
                            service: (service.namespace.clone(), service.name.clone()),
                            port: table.port,
                            clients: table.clients.clone(),
                            change,
                        }),
                        None => table.changes.push(change),
                    }
                }
            }
            let is_left = |table: &gamma_diff::TableDiff| {
                !table.changes.is_empty() || !table.limits.is_empty()
            };
            service.tables.retain(is_left);
        }
        let is_left =
            |of: &gamma_diff::ServiceDiff| !of.presence.is_empty() || !of.tables.is_empty();
        diff.services.retain(is_left);
        said
    }

    /// The finding that announces a change.
    fn of(&self, change: &DecisionChange) -> Option<&'f Diagnostic> {
        let entry = change
            .before
            .rule
            .as_ref()
            .and_then(|rule| self.entry(rule));
        let written = self.written(&change.after);
        let otherwise = Otherwise::of(change);
        self.found.iter().find(|finding| {
            let Some(span) = finding.span else {
                return false;
            };
            let is_of_entry = entry.is_some_and(|entry| entry.span == span);
            let is_in_rule = entry.is_some_and(|entry| contains(entry.rule, span));
            let is_of_written = written.contains(&span);
            let code = finding.code;
            match otherwise {
                Otherwise::Refused if code == &codes::EXCEPTION_LOST => {
                    is_of_entry || is_of_written
                }
                Otherwise::Refused if code == &codes::ANSWERED_OTHERWISE => {
                    is_in_rule || is_of_written
                }
                Otherwise::Slashes => code == &codes::ANSWERED_OTHERWISE && is_in_rule,
                Otherwise::Shares if code == &codes::SHARES_ROUNDED => is_in_rule,
                Otherwise::Shares | Otherwise::Elsewhere if code == &codes::ORDER_LOST => {
                    let also = finding.also.as_ref().map(|also| also.span);
                    is_of_entry && also.is_some_and(|also| written.contains(&also))
                }
                _ => false,
            }
        })
    }

    fn entry(&self, rule: &DecidingRule) -> Option<SourceOrigin> {
        let place = rule.place.as_ref()?;
        let key = (place.file.clone(), place.line, place.column);
        self.entries.get(&key).copied()
    }

    /// What the rule that decides now comes from.
    fn written(&self, after: &RuleOutcome) -> &[Span] {
        let rule = after.rule.as_ref();
        let key = rule.map(|rule| (rule.route.clone(), rule.name.clone()));
        key.and_then(|key| self.rules.get(&key))
            .map(|spans| &**spans)
            .unwrap_or_default()
    }
}

impl Otherwise {
    fn of(change: &DecisionChange) -> Self {
        let (before, after) = (&change.before.outcome, &change.after.outcome);
        let refused = |(_, treatment): &(_, gamma_diff::Treatment)| {
            matches!(treatment.answered_by, AnsweredBy::Error { status: 500, .. })
        };
        if after.treatments.iter().all(refused) {
            return Self::Refused;
        }
        let ways = |outcome: &RequestOutcome| {
            let ways = outcome.treatments.iter();
            let mut ways: Vec<_> = ways
                .map(|(share, treatment)| (treatment.answered_by.clone(), share.to_string()))
                .collect();
            ways.sort();
            ways
        };
        if ways(before) != ways(after) {
            return if are_rounded(before, after) {
                Self::Shares
            } else {
                Self::Elsewhere
            };
        }
        let bare = |path: &Option<String>| path.as_ref().map(|path| path.replace('/', ""));
        let is_slash = |difference: &Difference| {
            difference.what == "path" && bare(&difference.before) == bare(&difference.after)
        };
        if change.differences.iter().all(is_slash) {
            Self::Slashes
        } else {
            Self::Unknown
        }
    }
}

/// Whether the same becomes of requests, with shares that differ by what is lost when weights go up to a million.
fn are_rounded(before: &RequestOutcome, after: &RequestOutcome) -> bool {
    let part = |share: &Share| share.numerator as f64 / share.denominator as f64;
    before.treatments.len() == after.treatments.len()
        && before.treatments.iter().all(|(share, treatment)| {
            let mut after = after.treatments.iter();
            let same = after.find(|(_, other)| other == treatment);
            same.is_some_and(|(other, _)| (part(share) - part(other)).abs() < 1e-5)
        })
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
