//! HTTPRoutes as they are written: rules with their places in the source, in as many objects as the API's limits ask for.

use gamma_manifest::source::Span;
use serde_json::{Map, Value, json};

use crate::{
    order::{PathSet, RequestCondition, ValueSet, ties},
    source_list::SourceList,
};

/// A rule of an HTTPRoute.
#[derive(Debug, Clone)]
pub(crate) struct RouteRule {
    pub(crate) name: Option<String>,
    pub(crate) matches: Vec<RequestCondition>,
    /// Where each match comes from.
    pub(crate) spans: Vec<Span>,
    /// What it does; without anything it answers with 500.
    pub(crate) members: Map<String, Value>,
}

impl PartialEq for RouteRule {
    /// Wherever it comes from.
    fn eq(&self, other: &Self) -> bool {
        self.matches == other.matches && self.members == other.members
    }
}

/// A list, and the routes that stand for it.
#[derive(Debug)]
pub(crate) struct List {
    /// Namespace and name.
    pub(crate) service: (String, String),
    /// Of the route.
    pub(crate) namespace: String,
    pub(crate) port: u16,
    pub(crate) source: SourceList,
}

/// "rules: maxItems 16", and at most 128 matches in all of them.
const MOST_RULES: usize = 16;
const MOST_MATCHES: usize = 128;

/// The rules of the routes that they need.
pub(crate) fn in_routes(rules: &[RouteRule]) -> Vec<&[RouteRule]> {
    let mut routes = Vec::new();
    let (mut begin, mut matches) = (0, 0);
    for (at, rule) in rules.iter().enumerate() {
        let more = matches + rule.matches.len();
        if at - begin == MOST_RULES || (more > MOST_MATCHES && at > begin) {
            routes.push(&rules[begin..at]);
            (begin, matches) = (at, 0);
        }
        matches += rule.matches.len();
    }
    if begin < rules.len() {
        routes.push(&rules[begin..]);
    }
    routes
}

/// Two matches in different routes of which only the routes' age decides.
pub(crate) fn tie(routes: &[&[RouteRule]]) -> Option<(Span, Span)> {
    let of = |rules: &'_ [RouteRule]| -> Vec<(RequestCondition, Span, Map<String, Value>)> {
        let each = |rule: &RouteRule| {
            let members = rule.members.clone();
            let matches = rule.matches.iter().cloned().zip(rule.spans.clone());
            matches
                .map(move |(condition, span)| (condition, span, members.clone()))
                .collect::<Vec<_>>()
        };
        rules.iter().flat_map(each).collect()
    };
    for (at, earlier) in routes.iter().enumerate() {
        let earlier = of(earlier);
        for later in routes[at + 1..].iter().map(|later| of(later)) {
            for (one, span, does) in &earlier {
                let other = later
                    .iter()
                    .find(|(other, _, other_does)| does != other_does && ties(one, other));
                if let Some((_, other, _)) = other {
                    return Some((*span, *other));
                }
            }
        }
    }
    None
}

/// `rules[]` as the API has it.
pub(crate) fn rule(rule: &RouteRule, name: Option<&str>) -> Value {
    let mut members = Map::new();
    if let Some(name) = name {
        members.insert("name".into(), name.into());
    }
    let matches: Value = rule.matches.iter().map(r#match).collect();
    members.insert("matches".into(), matches);
    members.extend(rule.members.clone());
    members.into()
}

fn r#match(condition: &RequestCondition) -> Value {
    let mut members = Map::new();
    let (kind, value) = match &condition.path {
        PathSet::Exact(path) => ("Exact", path.as_str()),
        PathSet::Prefix(prefix) if prefix.is_empty() => ("PathPrefix", "/"),
        PathSet::Prefix(prefix) => ("PathPrefix", prefix.as_str()),
        PathSet::Pattern(pattern) => ("RegularExpression", pattern.as_str()),
    };
    members.insert("path".into(), json!({"type": kind, "value": value}));
    if let Some(method) = condition.method {
        members.insert("method".into(), method.as_str().into());
    }
    for (name, sets) in [
        ("headers", &condition.headers),
        ("queryParams", &condition.query_params),
    ] {
        if !sets.is_empty() {
            let list: Value = sets
                .iter()
                .map(|(name, set)| value_match(name, set))
                .collect();
            members.insert(name.into(), list);
        }
    }
    members.into()
}

fn value_match(name: &str, set: &ValueSet) -> Value {
    match set {
        ValueSet::Exact(value) => json!({"name": name, "value": value}),
        // "value: minLength 1".
        ValueSet::Pattern(pattern) if pattern.is_empty() => {
            json!({"type": "RegularExpression", "name": name, "value": "^$"})
        }
        ValueSet::Pattern(pattern) => {
            json!({"type": "RegularExpression", "name": name, "value": pattern})
        }
    }
}
