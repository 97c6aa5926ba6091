//! The rules for one port and one kind of clients.

use gamma_manifest::{
    diagnostic::{Diagnostic, codes},
    source::Span,
};

use super::{
    actions::{RuleActions, RuleContent},
    request_list::RequestList,
};
use crate::{
    order::{self, Encoding, OrderProblem},
    route::RouteRule,
    source_list::SourceList,
};

/// What a list became.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) rules: Vec<RouteRule>,
    /// What they are made of.
    pub(crate) source: SourceList,
    pub(crate) found: Vec<Diagnostic>,
    /// Matches that decide some request.
    pub(crate) alive: Vec<Span>,
    /// Matches that decide none, here.
    pub(crate) dead: Vec<Span>,
}

/// "matches: maxItems 64".
const MOST_MATCHES: usize = 64;

/// The rules for `requests`, which do what `actions` says.
pub(crate) fn table(requests: &RequestList, actions: &impl RuleActions) -> Table {
    let encoded = order::encode(&requests.entries);
    let span = |origin: usize| requests.origins[origin].span;
    let mut table = Table {
        source: requests.source_list(actions),
        found: encoded
            .problems
            .iter()
            .map(|problem| say(problem, &span))
            .collect(),
        ..Table::default()
    };
    for origin in 0..requests.origins.len() {
        let is_dead = encoded.dead.contains(&origin) || requests.never().contains(&span(origin));
        if is_dead && requests.origins[origin].is_implied {
            continue;
        }
        if is_dead {
            &mut table.dead
        } else {
            &mut table.alive
        }
        .push(span(origin));
    }
    // As for a rule that nothing can be said of: without backends it answers with 500.
    let content = |encoding: &Encoding| {
        let effect = encoding.effect?;
        Some(actions.content(effect, &encoding.condition.path))
    };
    let rule = |encoding: &Encoding, content: Option<RuleContent>| RouteRule {
        name: requests.origins[encoding.origin].name.clone(),
        matches: vec![encoding.condition.clone()],
        spans: vec![span(encoding.origin)],
        members: content.map(|content| content.members).unwrap_or_default(),
    };
    for encoding in &encoded.matches {
        let content = content(encoding);
        for problem in content.iter().flat_map(|content| &content.problems) {
            table.found.push(problem.diagnostic());
        }
        if let Some(from) = &encoding.raised_from {
            table.found.push(
                Diagnostic::new(
                    &codes::RANK_OF_PATTERNS,
                    span(encoding.origin),
                    format!("`{}` is written as a regular expression, to come before others", from.pattern()),
                )
                .why("meshes rank regular expressions differently; here they come before prefixes, the longer one first")
                .hint("nothing with Gamma; for other meshes, match without regular expressions"),
            );
        }
        let single = content
            .as_ref()
            .is_some_and(|content| content.replaces_prefix);
        let rule = rule(encoding, content);
        // Names are labels of counters: rules that do the same stay apart.
        let last = table.rules.last_mut().filter(|last| {
            !single
                && last.name == rule.name
                && last.members == rule.members
                && last.matches.len() < MOST_MATCHES
        });
        match last {
            Some(last) => {
                last.matches.extend(rule.matches);
                last.spans.extend(rule.spans);
            }
            None => table.rules.push(rule),
        }
    }
    table
}

fn say(problem: &OrderProblem, span: &impl Fn(usize) -> Span) -> Diagnostic {
    match *problem {
        OrderProblem::Exception { entry, to } => Diagnostic::new(
            &codes::EXCEPTION_LOST,
            span(entry),
            "what this match leaves out can't be told apart",
        )
        .why("no match of the Gateway API has two regular expressions for one value: requests that may be meant are answered \
              with 500")
        .hint("leave them out by exact values or prefixes")
        .also(span(to), "where they should go"),
        OrderProblem::NothingBehind { entry } => Diagnostic::new(
            &codes::ANSWERED_OTHERWISE,
            span(entry),
            "nothing takes the requests that this match leaves out",
        )
        .why("they were answered with 404, and a rule without backends answers with 500")
        .hint("add a rule for all other requests behind it"),
        OrderProblem::Overtaken { entry, by } => Diagnostic::new(
            &codes::ORDER_LOST,
            span(entry),
            "another match takes requests of this one",
        )
        .why("it ranks higher, and no pattern that is long enough can be written")
        .hint("shorten the other one")
        .also(span(by), "this one"),
        OrderProblem::TooLong => Diagnostic {
            code: &codes::ORDER_LOST,
            message: format!("the rules become more than {} matches", order::MOST_MATCHES),
            span: None,
            why: Some("nothing is written for their Service".into()),
            hint: Some("split them by Services, or leave less out".into()),
            fix: None,
        also: None,
        },
    }
}
