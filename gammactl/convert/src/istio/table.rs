//! The rules for one port and one kind of clients.

use gamma_manifest::{
    diagnostic::{Diagnostic, codes},
    source::Span,
};

use super::{
    action::{self, Backends, RuleContent},
    http_route::HttpRoute,
    requests::Requests,
    versions::label,
};
use crate::{
    order::{self, Encoding, OrderProblem},
    route::RouteRule,
};

/// What a list became.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rules: Vec<RouteRule>,
    /// One match each, in the order of the source.
    pub(super) ordered: Vec<RouteRule>,
    pub(super) found: Vec<Diagnostic>,
    /// Matches that decide some request.
    pub(super) alive: Vec<Span>,
    /// Matches that decide none, here.
    pub(super) dead: Vec<Span>,
}

/// "matches: maxItems 64".
const MOST_MATCHES: usize = 64;

/// The rules for `requests`, which are those of `source` at `port`.
pub(super) fn table(
    source: &[HttpRoute],
    requests: &Requests,
    port: u16,
    backends: &impl Backends,
) -> Table {
    let encoded = order::encode(&requests.entries);
    let span = |origin: usize| requests.origins[origin].span;
    let mut table = Table {
        found: encoded
            .problems
            .iter()
            .map(|problem| say(problem, &span))
            .collect(),
        ..Table::default()
    };
    for origin in 0..requests.origins.len() {
        let is_dead = encoded.dead.contains(&origin);
        if is_dead {
            &mut table.dead
        } else {
            &mut table.alive
        }
        .push(span(origin));
    }
    // As for a rule that nothing can be said of: without backends it answers with 500.
    let content = |encoding: &Encoding| match encoding.effect {
        None => (None, requests.origins[encoding.origin].http),
        Some(effect) => {
            let (http, matched) = &requests.effects[effect];
            let path = &encoding.condition.path;
            let content = action::content(&source[*http], matched, path, port, backends);
            (Some(content), *http)
        }
    };
    let rule = |encoding: &Encoding, content: Option<RuleContent>, http: usize| RouteRule {
        name: source[http].name.as_ref().map(|name| label(&name.value)),
        matches: vec![encoding.condition.clone()],
        spans: vec![span(encoding.origin)],
        members: content.map(|content| content.members).unwrap_or_default(),
    };
    for encoding in order::in_order(&requests.entries) {
        let (content, http) = content(&encoding);
        table.ordered.push(rule(&encoding, content, http));
    }
    for encoding in &encoded.matches {
        let (content, http) = content(encoding);
        for problem in content.iter().flat_map(|content| &content.problems) {
            table.found.push(
                Diagnostic::new(
                    &codes::ANSWERED_OTHERWISE,
                    problem.span,
                    problem.message.clone(),
                )
                .why(problem.why.clone())
                .hint(problem.hint),
            );
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
        let rule = rule(encoding, content, http);
        let last = table.rules.last_mut().filter(|last| {
            !single && last.members == rule.members && last.matches.len() < MOST_MATCHES
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
        .why("Istio answers them with 404, and a rule without backends with 500")
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
