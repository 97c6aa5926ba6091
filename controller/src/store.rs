//! The objects of the cluster as they were last seen.

use std::{collections::BTreeMap, sync::Arc};

use kube::api::ApiResource;
use serde_json::Value;

use crate::watch::{Change, KindId, Seen};

/// Namespace and name.
pub(crate) type Name = (String, String);

/// An object as the compiler reads it, and what is written on it.
#[derive(Debug, Clone)]
pub(crate) struct StoredObject {
    /// `HTTPRoute/shop/cart`.
    pub(crate) full_name: String,
    pub(crate) text: Arc<str>,
    pub(crate) resource: ApiResource,
    pub(crate) version: String,
    pub(crate) parents: Vec<Value>,
}

/// What a change is to whom.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Effect {
    /// The compiler would see a difference.
    pub(crate) to_compiler: bool,
    /// A route's status, or its version, is another one.
    pub(crate) to_status: Option<(KindId, Name)>,
}

/// All objects that are followed.
#[derive(Debug)]
pub(crate) struct Store {
    /// `None` until they were listed.
    kinds: Vec<Option<BTreeMap<Name, StoredObject>>>,
}

impl Store {
    /// For so many kinds.
    pub(crate) fn new(kinds: usize) -> Self {
        Self {
            kinds: vec![None; kinds],
        }
    }

    /// Whether every kind was listed once.
    pub(crate) fn is_complete(&self) -> bool {
        self.kinds.iter().all(Option::is_some)
    }

    pub(crate) fn take(&mut self, change: Change) -> Effect {
        match change {
            Change::All(KindId(kind), all) => {
                let before = self.kinds[kind].take();
                let stored = all.into_iter().map(|seen| (name(&seen), stored(seen)));
                let now: BTreeMap<Name, StoredObject> = stored.collect();
                let same = before.is_some_and(|before| {
                    let texts = |all: &BTreeMap<Name, StoredObject>| {
                        let texts = all.values().map(|stored| Arc::clone(&stored.text));
                        texts.collect::<Vec<_>>()
                    };
                    texts(&before) == texts(&now)
                });
                self.kinds[kind] = Some(now);
                Effect {
                    to_compiler: !same,
                    to_status: None,
                }
            }
            Change::Set(id, seen) => {
                let name = name(&seen);
                let mut new = stored(*seen);
                let all = self.kinds[id.0].get_or_insert_default();
                let same = all.get(&name).filter(|old| old.text == new.text);
                if let Some(old) = same {
                    new.text = Arc::clone(&old.text);
                }
                let effect = Effect {
                    to_compiler: same.is_none(),
                    to_status: Some((id, name.clone())),
                };
                all.insert(name, new);
                effect
            }
            Change::Gone(KindId(kind), name) => {
                let all = self.kinds[kind].get_or_insert_default();
                Effect {
                    to_compiler: all.remove(&name).is_some(),
                    to_status: None,
                }
            }
        }
    }

    /// The objects as texts, each with its name.
    pub(crate) fn texts(&self) -> Vec<(String, Arc<str>)> {
        let all = self.kinds.iter().flatten().flat_map(BTreeMap::values);
        all.map(|stored| (stored.full_name.clone(), Arc::clone(&stored.text)))
            .collect()
    }

    pub(crate) fn get(&self, KindId(kind): KindId, name: &Name) -> Option<&StoredObject> {
        self.kinds.get(kind)?.as_ref()?.get(name)
    }

    /// All objects of a kind.
    pub(crate) fn of(&self, KindId(kind): KindId) -> impl Iterator<Item = (&Name, &StoredObject)> {
        self.kinds.get(kind).into_iter().flatten().flatten()
    }
}

fn name(seen: &Seen) -> Name {
    (seen.object.namespace.clone(), seen.object.name.clone())
}

fn stored(seen: Seen) -> StoredObject {
    StoredObject {
        full_name: seen.object.full_name(true),
        text: seen.object.text().into(),
        resource: seen.resource,
        version: seen.version,
        parents: seen.parents,
    }
}
