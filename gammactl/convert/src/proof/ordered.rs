//! The lists as the side before: their entries as tests with signs, and what becomes of their requests as rules of a config.
//!
//! Nothing of [`order`](crate::order) is used here: what that encodes is what has to be proven.

use std::collections::HashMap;

use gamma_config::{Config, RouteTable};
use gamma_diff::{
    OrderedEntry, RequestPart, RulePlace, SignedTest, TableName, TextPredicate, TextReplacement,
};
use gamma_manifest::{source::Sources, write_yaml};
use serde_json::{Value, json};

use crate::{
    route::List,
    source_list::{SourceEffect, SourcePart, SourcePathChange, SourceTest, SourceText},
};

/// "rules: maxItems 16"
const MOST_RULES: usize = 16;

/// All lists, whose places are those of `input`.
pub(super) struct OrderedLists<'l> {
    pub(super) lists: &'l [List],
    pub(super) input: &'l Sources,
}

impl OrderedLists<'_> {
    /// For each list HTTPRoutes with a rule for each effect, whose name is its number.
    pub(super) fn rules(&self) -> impl Iterator<Item = String> {
        self.lists.iter().enumerate().map(|(at, list)| {
            let (namespace, name) = &list.service;
            let parent = json!({
                "group": "", "kind": "Service", "namespace": namespace, "name": name, "port": list.port,
            });
            let numbered = list.source.effects.iter().enumerate();
            let rules: Vec<Value> = numbered.map(|(n, effect)| rule(n, effect)).collect();
            let routes = rules.chunks(MOST_RULES).enumerate().map(|(part, rules)| {
                let route = json!({
                    "apiVersion": "gateway.networking.k8s.io/v1",
                    "kind": "HTTPRoute",
                    "metadata": {"name": format!("list-{at}-{part}"), "namespace": list.namespace},
                    "spec": {"parentRefs": [parent], "rules": rules},
                });
                write_yaml(&route, "")
            });
            routes.collect::<Vec<_>>().join("---\n")
        })
    }

    /// Puts the rules of a config that was compiled of them into their order, and gives their backends the weights that no
    /// manifest may have.
    pub(super) fn complete(&self, config: &mut Config) -> Result<(), String> {
        let lists: HashMap<TableName, &List> = self
            .lists
            .iter()
            .map(|list| (table_name(list), list))
            .collect();
        for service in &mut config.services {
            for port in &mut service.ports {
                let name = |consumer: Option<&String>| TableName {
                    namespace: service.namespace.clone(),
                    name: service.name.clone(),
                    port: port.port,
                    consumer: consumer.cloned(),
                };
                let producer = port.producer.as_mut().map(|table| (name(None), table));
                let namespaces: Vec<String> = port.consumers.keys().cloned().collect();
                let consumers = namespaces.iter().zip(port.consumers.values_mut());
                let consumers = consumers.map(|(of, table)| (name(Some(of)), table));
                for (name, table) in producer.into_iter().chain(consumers) {
                    if let Some(list) = lists.get(&name) {
                        complete(table, list)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The entries of each list.
    pub(super) fn entries(&self) -> Result<HashMap<TableName, Vec<OrderedEntry>>, String> {
        let of_list = |list| Ok((table_name(list), self.of_list(list)?));
        self.lists.iter().map(of_list).collect()
    }

    fn of_list(&self, list: &List) -> Result<Vec<OrderedEntry>, String> {
        let mut entries = Vec::new();
        for (number, entry) in (1..).zip(&list.source.entries) {
            let alternatives = entry.condition.alternatives();
            let span = list.source.origins[entry.origin].span;
            let (line, column) = self.input.line_column(span);
            let file = self.input.of(span).name.clone();
            let place = RulePlace { file, line, column };
            for tests in alternatives.ok_or("a condition has too many alternatives")? {
                entries.push(OrderedEntry {
                    tests: tests.iter().map(signed).collect(),
                    rule: entry.effect,
                    path: list.source.effects[entry.effect]
                        .path
                        .as_ref()
                        .map(replacement),
                    name: format!("entry {number}"),
                    place: Some(place.clone()),
                });
            }
        }
        Ok(entries)
    }
}

/// A route outside of its Service's namespace is for the clients there.
pub(super) fn table_name(list: &List) -> TableName {
    let (namespace, name) = list.service.clone();
    TableName {
        consumer: (list.namespace != namespace).then(|| list.namespace.clone()),
        namespace,
        name,
        port: list.port,
    }
}

fn rule(number: usize, effect: &SourceEffect) -> Value {
    let mut members = effect.members.clone();
    members.insert("name".into(), format!("n{number:06}").into());
    members.into()
}

fn complete(table: &mut RouteTable, list: &List) -> Result<(), String> {
    table.rules.sort_by(|a, b| a.name.cmp(&b.name));
    table.match_order = Vec::new();
    if table.rules.len() != list.source.effects.len() {
        return Err("its effects are no rules".into());
    }
    for (rule, effect) in table.rules.iter_mut().zip(&list.source.effects) {
        rule.matches = Vec::new();
        if effect.weights.is_empty() {
            continue;
        }
        if rule.backend_refs.len() != effect.weights.len() {
            return Err("its destinations are no backends".into());
        }
        for (backend, weight) in rule.backend_refs.iter_mut().zip(&effect.weights) {
            backend.weight = *weight;
        }
    }
    Ok(())
}

fn replacement(change: &SourcePathChange) -> TextReplacement {
    match change {
        SourcePathChange::Whole(path) => TextReplacement::Whole(path.clone()),
        SourcePathChange::Prefix { from, to } => TextReplacement::Beginning(from.len(), to.clone()),
    }
}

fn signed(test: &SourceTest) -> SignedTest {
    let part = match &test.part {
        SourcePart::Path => RequestPart::Path,
        SourcePart::Method => RequestPart::Method,
        SourcePart::Host => RequestPart::Address,
        SourcePart::Header(name) => RequestPart::Header(name.clone()),
        SourcePart::QueryParam(name) => RequestPart::QueryParam(name.clone()),
    };
    let predicate = match &test.text {
        SourceText::Any => TextPredicate::Begins(String::new()),
        SourceText::Exact(text) => TextPredicate::Exact(text.clone()),
        SourceText::Prefix(text) => TextPredicate::Begins(text.clone()),
        SourceText::Regex(pattern) => TextPredicate::Pattern(pattern.clone()),
        SourceText::ExactInAnyCase(text) => TextPredicate::Pattern(in_any_case(text)),
        SourceText::Elements(text) => TextPredicate::Pattern(format!("{}(/.*)?", escaped(text))),
        SourceText::PrefixInAnyCase(text) => {
            TextPredicate::Pattern(format!("{}.*", in_any_case(text)))
        }
    };
    SignedTest {
        part,
        predicate,
        missing_is_empty: test.missing_is_empty,
        holds: test.holds,
    }
}

/// "(?i) case-insensitive"
fn in_any_case(text: &str) -> String {
    format!("(?i){}", escaped(text))
}

/// "\ and a punctuation character: that character"
fn escaped(text: &str) -> String {
    let mut pattern = String::new();
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
