//! Words the matches that a request was compared with, and the reason why one does not hold.

use gamma_config::{Match, MatchType, RouteTable, ValueMatch};
use gamma_router::trace::{self, Trace, match_order};

use crate::{
    explanation::{ExplainedRule, FailedPredicate, Predicate, RunnerUp, TriedMatch},
    request::RequestLine,
    sources::TableSources,
    text::{latin1, utf8},
};

/// Every match of `table`, in order of precedence.
pub(super) fn candidates(
    table: &RouteTable,
    trace: &Trace<'_>,
    source: &TableSources<'_>,
    line: &RequestLine,
) -> Vec<TriedMatch> {
    let method = trace.announced.as_deref().map(utf8);
    let method = method.as_deref().unwrap_or(&line.method);
    let everything = Match::default();
    match_order(table)
        .zip(&trace.candidates)
        .enumerate()
        .filter_map(|(position, ((r, m), traced))| {
            let rule = table.rules.get(r as usize)?;
            let written = rule.matches.get(m as usize);
            let r#match = written.unwrap_or(&everything);
            Some(TriedMatch {
                rule: ExplainedRule {
                    route: rule.route.clone(),
                    rule: rule.name.clone(),
                },
                r#match: m,
                source: source.source(position, r, written.map(|_| m)),
                rule_source: source.rule_source(position, r),
                asks: asks(r#match),
                failed: traced
                    .failed
                    .as_ref()
                    .map(|failed| self::failed(failed, r#match, line, method)),
            })
        })
        .collect()
}

/// The next match after the winner that holds and selects another rule.
pub(super) fn runner_up(trace: &Trace<'_>, source: &TableSources<'_>) -> Option<RunnerUp> {
    let winner = trace.winner?;
    let rule = trace.candidates.get(winner)?.rule;
    let after = trace.candidates.iter().enumerate().skip(winner + 1);
    let mut others = after.filter(|(_, other)| other.failed.is_none() && other.rule != rule);
    let (candidate, _) = others.next()?;
    Some(RunnerUp {
        candidate,
        criterion: source.criterion(winner, candidate),
    })
}

/// What a match asks for, in one line.
fn asks(r#match: &Match) -> String {
    let mut parts = Vec::new();
    if let Some(hostname) = &r#match.hostname {
        parts.push(format!("hostname {hostname}"));
    }
    if let Some(path) = &r#match.path {
        parts.push(format!("{:?} {}", path.kind, path.value));
    }
    if let Some(method) = r#match.method {
        parts.push(format!("method {}", method.as_str()));
    }
    let values = |what: &str, values: &[ValueMatch]| -> Vec<String> {
        let named = |m: &ValueMatch| format!("{what} {}: {}", m.name, pattern(m));
        values.iter().map(named).collect()
    };
    parts.extend(values("header", &r#match.headers));
    parts.extend(values("query", &r#match.query_params));
    if parts.is_empty() {
        "every request".into()
    } else {
        parts.join(", ")
    }
}

/// A value, or `~` and a pattern.
fn pattern(r#match: &ValueMatch) -> String {
    match r#match.kind {
        MatchType::Exact => r#match.value.clone(),
        MatchType::RegularExpression => format!("~{}", r#match.value),
    }
}

fn failed(
    failed: &trace::Failed<'_>,
    r#match: &Match,
    line: &RequestLine,
    method: &str,
) -> FailedPredicate {
    let of = |predicate, wanted: String, got: &str| FailedPredicate {
        predicate,
        name: None,
        wanted,
        got: Some(got.into()),
    };
    let named = |predicate, name: &str, matches: &[ValueMatch], got: Option<String>| {
        let is_same = |m: &&ValueMatch| match predicate {
            Predicate::Header => m.name.eq_ignore_ascii_case(name),
            _ => m.name == name,
        };
        let found = matches.iter().find(is_same);
        FailedPredicate {
            predicate,
            name: Some(name.into()),
            wanted: found
                .map(|m| format!("{:?} {}", m.kind, m.value))
                .unwrap_or_default(),
            got,
        }
    };
    match failed {
        trace::Failed::Path => {
            let wanted = r#match.path.as_ref();
            let wanted = wanted.map(|path| format!("{:?} {}", path.kind, path.value));
            let (path, _) = line.path.split_once('?').unwrap_or((&line.path, ""));
            of(Predicate::Path, wanted.unwrap_or_default(), path)
        }
        trace::Failed::Hostname => {
            let wanted = r#match.hostname.clone().unwrap_or_default();
            of(Predicate::Hostname, wanted, &line.authority)
        }
        trace::Failed::Method => {
            let wanted = r#match.method.map(|method| method.as_str().to_owned());
            of(Predicate::Method, wanted.unwrap_or_default(), method)
        }
        trace::Failed::Header { name, got } => {
            let got = got.as_deref().map(latin1);
            named(Predicate::Header, name, &r#match.headers, got)
        }
        trace::Failed::QueryParam { name, got } => {
            let got = got.as_deref().map(utf8);
            named(Predicate::QueryParam, name, &r#match.query_params, got)
        }
    }
}
