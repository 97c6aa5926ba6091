//! The conditions of a match: what it asks of each part of a request.

use std::collections::BTreeMap;

use gamma_config::Method;

use super::{path::PathSet, relation::Relation, value::ValueSet};

/// What must hold of a request, all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCondition {
    /// The path, without its query.
    pub path: PathSet,
    /// The method, if it matters.
    pub method: Option<Method>,
    /// Headers that must be there, by their names in lower case.
    pub headers: BTreeMap<String, ValueSet>,
    /// Query parameters that must be there.
    pub query_params: BTreeMap<String, ValueSet>,
}

/// What two conditions have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meet {
    /// No request meets both.
    Nothing,
    /// Requests that meet both are those that meet this one.
    Condition(RequestCondition),
    /// No single match of the Gateway API says it.
    Unspeakable,
}

impl Default for RequestCondition {
    fn default() -> Self {
        Self {
            path: PathSet::any(),
            method: None,
            headers: BTreeMap::new(),
            query_params: BTreeMap::new(),
        }
    }
}

impl RequestCondition {
    /// Whether every request that meets this one meets `other`, as far as that can be told.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.path.relation(&other.path).is_within()
            && (other.method.is_none() || self.method == other.method)
            && are_within(&self.headers, &other.headers)
            && are_within(&self.query_params, &other.query_params)
    }

    /// A condition that holds for all requests that meet both, and for none that does not meet this one. It asks for
    /// everything that `other` asks for, where need be with this one's own values. `None` if no request meets both.
    pub(super) fn narrowed_to(&self, other: &Self) -> Option<Self> {
        let method = match (self.method, other.method) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.or(other),
        };
        let path = match self.path.relation(&other.path) {
            Relation::Disjoint => return None,
            Relation::Equal => self.path.same_as(&other.path),
            Relation::Within | Relation::Overlap => self.path.clone(),
            Relation::Around => other.path.clone(),
        };
        Some(Self {
            path,
            method,
            headers: narrowed(&self.headers, &other.headers)?,
            query_params: narrowed(&self.query_params, &other.query_params)?,
        })
    }

    /// What both have in common, exactly.
    pub(crate) fn meet(&self, other: &Self) -> Meet {
        let method = match (self.method, other.method) {
            (Some(one), Some(other)) if one != other => return Meet::Nothing,
            (one, other) => one.or(other),
        };
        // A part without anything in common decides, whatever can be said of the others.
        let headers = both(&self.headers, &other.headers);
        let query_params = both(&self.query_params, &other.query_params);
        let path = match self.path.relation(&other.path) {
            Relation::Disjoint => return Meet::Nothing,
            Relation::Equal => Some(self.path.same_as(&other.path)),
            Relation::Within => Some(self.path.clone()),
            Relation::Around => Some(other.path.clone()),
            Relation::Overlap => None,
        };
        match (path, headers, query_params) {
            (_, Values::Nothing, _) | (_, _, Values::Nothing) => Meet::Nothing,
            (Some(path), Values::Sets(headers), Values::Sets(query_params)) => {
                Meet::Condition(Self {
                    path,
                    method,
                    headers,
                    query_params,
                })
            }
            _ => Meet::Unspeakable,
        }
    }
}

/// What the entries of both lists ask, by their names; where they are not one within the other, what `one` asks.
fn narrowed(
    one: &BTreeMap<String, ValueSet>,
    other: &BTreeMap<String, ValueSet>,
) -> Option<BTreeMap<String, ValueSet>> {
    let mut sets = one.clone();
    for (name, set) in other {
        match sets.get(name).map(|known| known.relation(set)) {
            Some(Relation::Disjoint) => return None,
            Some(Relation::Within | Relation::Equal | Relation::Overlap) => {}
            Some(Relation::Around) | None => {
                sets.insert(name.clone(), set.clone());
            }
        }
    }
    Some(sets)
}

fn are_within(one: &BTreeMap<String, ValueSet>, other: &BTreeMap<String, ValueSet>) -> bool {
    other.iter().all(|(name, wanted)| {
        let set = one.get(name);
        set.is_some_and(|set| set.relation(wanted).is_within())
    })
}

/// What two lists of headers or query parameters have in common.
enum Values {
    Nothing,
    Sets(BTreeMap<String, ValueSet>),
    Unspeakable,
}

fn both(one: &BTreeMap<String, ValueSet>, other: &BTreeMap<String, ValueSet>) -> Values {
    let mut sets = one.clone();
    let mut unspeakable = false;
    for (name, set) in other {
        let Some(known) = sets.get(name) else {
            sets.insert(name.clone(), set.clone());
            continue;
        };
        match known.relation(set) {
            Relation::Disjoint => return Values::Nothing,
            Relation::Within | Relation::Equal => {}
            Relation::Around => {
                sets.insert(name.clone(), set.clone());
            }
            Relation::Overlap => unspeakable = true,
        }
    }
    if unspeakable {
        Values::Unspeakable
    } else {
        Values::Sets(sets)
    }
}
