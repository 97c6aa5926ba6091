//! A route table as a list of rows, one for each match: the first row whose match holds decides.

use std::collections::HashMap;

use gamma_config::{Filter, Match, PathMatchType, PathModifier, PathPrefix, Rule};
use gamma_router::trace::match_order;

use super::{
    match_predicates::{of_tests, predicates},
    ordered::OrderedEntry,
    port_side::PortSide,
    request_part::SignedPredicate,
};

/// A match and its rule, or an entry of a list.
#[derive(Debug, Clone)]
pub(super) struct MatchRow<'c> {
    /// None: every request.
    pub(super) predicates: Vec<SignedPredicate>,
    /// `None` for what becomes of requests that no match selects.
    pub(super) rule: Option<&'c Rule>,
    /// The number of the match in its rule.
    pub(super) number: usize,
    /// Of a list.
    pub(super) entry: Option<&'c OrderedEntry>,
    /// Equal numbers, equal effects on equal requests. Other numbers may have the same effects too.
    pub(super) effect: usize,
}

/// The matches of one table in order of precedence, or the entries of its list; the last row is for all other requests.
pub(super) fn rows<'c>(side: PortSide<'c>, effects: &mut EffectNumbers) -> Vec<MatchRow<'c>> {
    let mut rows = Vec::new();
    match (side.table, side.list) {
        (Some(table), Some(list)) => rows.extend(list.iter().map(|entry| {
            let rule = table.rules.get(entry.rule);
            MatchRow {
                predicates: of_tests(&entry.tests),
                rule,
                number: 0,
                entry: Some(entry),
                effect: effects.of_entry(rule, entry),
            }
        })),
        (Some(table), None) => rows.extend(match_order(table).filter_map(|(rule, number)| {
            let rule = table.rules.get(rule as usize)?;
            let r#match = rule.matches.get(number as usize);
            Some(MatchRow {
                predicates: r#match.map(predicates).unwrap_or_default(),
                rule: Some(rule),
                number: number as usize,
                entry: None,
                effect: effects.of_rule(rule, r#match),
            })
        })),
        (None, _) => {}
    }
    rows.push(MatchRow {
        predicates: Vec::new(),
        rule: None,
        number: 0,
        entry: None,
        effect: effects.number(if side.table.is_some() {
            "no rule".into()
        } else {
            format!("to {}", side.port.cluster)
        }),
    });
    rows
}

/// Numbers for what rules do.
#[derive(Debug, Default)]
pub(super) struct EffectNumbers(HashMap<String, usize>);

impl EffectNumbers {
    fn number(&mut self, effect: String) -> usize {
        let next = self.0.len();
        *self.0.entry(effect).or_insert(next)
    }

    fn of_entry(&mut self, rule: Option<&Rule>, entry: &OrderedEntry) -> usize {
        match (rule, &entry.path) {
            (Some(rule), None) => self.of_rule(rule, None),
            (_, path) => self.number(format!("{} {path:?}", entry.rule)),
        }
    }

    fn of_rule(&mut self, rule: &Rule, r#match: Option<&Match>) -> usize {
        let covered = replaces_prefix(rule).then(|| covered(r#match));
        let mut effect = rule.clone();
        effect.matches = Vec::new();
        // A session belongs to the rule of that name.
        if effect.session_persistence.is_none() {
            effect.route = String::new();
            effect.name = String::new();
            effect.backend_refs.retain(|backend| backend.weight > 0);
        }
        effect.invalid = effect.invalid.map(|_| String::new());
        for backend in &mut effect.backend_refs {
            backend.invalid = backend.invalid.take().map(|_| String::new());
        }
        self.number(format!("{effect:?} {covered:?}"))
    }
}

/// Whether what becomes of a path depends on how much of it the match covers.
fn replaces_prefix(rule: &Rule) -> bool {
    let of_backends = rule
        .backend_refs
        .iter()
        .flat_map(|backend| &backend.filters);
    rule.filters.iter().chain(of_backends).any(|filter| {
        let modifier = match filter {
            Filter::RequestRedirect(redirect) => &redirect.path,
            Filter::UrlRewrite(rewrite) => &rewrite.path,
            _ => return false,
        };
        matches!(modifier, Some(PathModifier::ReplacePrefixMatch(_)))
    })
}

fn covered(r#match: Option<&Match>) -> usize {
    let path = r#match.and_then(|m| m.path.as_ref());
    path.filter(|path| path.kind == PathMatchType::PathPrefix)
        .map_or(0, |path| PathPrefix::new(&path.value).as_str().len())
}
