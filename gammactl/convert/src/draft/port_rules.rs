//! The rules that clients of one kind get at each port of a Service.

use std::collections::BTreeMap;

use gamma_manifest::source::Span;
use serde_json::{Map, Value, json};

use crate::{
    order::RequestCondition, route::RouteRule, service::SourceService, source_list::SourceList,
};

/// The rules of one kind of clients by port.
pub(crate) type Tables = BTreeMap<u16, PortRules>;

/// The rules at one port, and the list that they are made of.
#[derive(Debug, Clone)]
pub(crate) struct PortRules {
    pub(crate) rules: Vec<RouteRule>,
    pub(crate) source: SourceList,
}

impl PartialEq for PortRules {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

impl PortRules {
    /// One rule for all requests. Without `members` it has no backend.
    fn one(span: Span, members: Map<String, Value>, source: SourceList) -> Self {
        let rules = vec![RouteRule {
            name: None,
            matches: vec![RequestCondition::default()],
            spans: vec![span],
            members,
        }];
        Self { rules, source }
    }

    /// Where no request meets any match of `source`.
    pub(crate) fn nothing_holds(span: Span, source: SourceList) -> Self {
        Self::one(span, Map::new(), source)
    }
}

/// `tables`, with the Service's own backend at ports where only others have rules: consumer routes hide those.
pub(crate) fn with_defaults(
    mut tables: Tables,
    others: Option<&Tables>,
    service: &SourceService,
    namespace: &str,
) -> Tables {
    for (&port, others) in others.into_iter().flatten() {
        let Some(span) = others.rules.first().map(|rule| rule.spans[0]) else {
            continue;
        };
        tables.entry(port).or_insert_with(|| {
            let mut backend = json!({"name": service.name, "port": port});
            if namespace != service.namespace {
                backend["namespace"] = service.namespace.as_str().into();
            }
            let members = [("backendRefs".to_owned(), json!([backend]))];
            let members: Map<String, Value> = members.into_iter().collect();
            PortRules::one(span, members.clone(), SourceList::one(span, members))
        });
    }
    tables
}
