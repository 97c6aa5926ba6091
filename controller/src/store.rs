//! The objects of the cluster as they were last seen.

use std::{collections::BTreeMap, sync::Arc};

use kube::api::ApiResource;
use serde_json::Value;

use crate::watch::{Change, KindId, Seen, is_route};

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
    pub(crate) uid: Option<String>,
    /// Whether it is none of this controller's business.
    pub(crate) is_ignored: bool,
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
    /// Routes with this label are not this controller's.
    ignored: Option<(String, String)>,
}

impl Store {
    /// For so many kinds. Routes with the label `ignored` are not compiled.
    pub(crate) fn new(kinds: usize, ignored: Option<(String, String)>) -> Self {
        Self {
            kinds: vec![None; kinds],
            ignored,
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
                let stored = all.into_iter().map(|seen| (name(&seen), self.stored(seen)));
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
                let mut new = self.stored(*seen);
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
        all.filter(|stored| !stored.is_ignored)
            .map(|stored| (stored.full_name.clone(), Arc::clone(&stored.text)))
            .collect()
    }

    fn stored(&self, seen: Seen) -> StoredObject {
        let is_route = is_route(&seen.object.kind);
        let has = |(key, value): &(String, String)| seen.labels.get(key) == Some(value);
        StoredObject {
            is_ignored: is_route && self.ignored.as_ref().is_some_and(has),
            full_name: seen.object.full_name(true),
            text: seen.object.text().into(),
            resource: seen.resource,
            version: seen.version,
            uid: seen.uid,
            parents: seen.parents,
        }
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

#[cfg(test)]
mod tests {
    use gamma_kube::LiveObject;
    use kube::api::GroupVersionKind;
    use serde_json::json;

    use super::*;

    const ROUTES: KindId = KindId(0);

    fn seen(name: &str, path: &str, version: &str, label: &str) -> Seen {
        let value = json!({
            "metadata": { "name": name, "namespace": "shop", "labels": { "for": label } },
            "spec": { "rules": [{ "matches": [{ "path": { "value": path } }] }] },
        });
        let gvk = GroupVersionKind::gvk("gateway.networking.k8s.io", "v1", "HTTPRoute");
        let resource = ApiResource::from_gvk(&gvk);
        let object = LiveObject::new(&resource.group, &resource.api_version, "HTTPRoute", value);
        Seen {
            object: object.unwrap(),
            resource,
            version: version.into(),
            uid: None,
            labels: [("for".to_owned(), label.to_owned())].into(),
            parents: vec![json!({ "version": version })],
        }
    }

    fn set(seen: Seen) -> Change {
        Change::Set(ROUTES, Box::new(seen))
    }

    fn key(name: &str) -> Name {
        ("shop".into(), name.into())
    }

    #[test]
    fn it_is_complete_once_every_kind_was_listed() {
        let mut store = Store::new(2, None);
        assert!(!store.is_complete());
        store.take(Change::All(ROUTES, Vec::new()));
        assert!(!store.is_complete());
        store.take(Change::All(KindId(1), Vec::new()));
        assert!(store.is_complete());
    }

    #[test]
    fn a_new_status_is_nothing_to_the_compiler() {
        let mut store = Store::new(1, None);
        assert!(store.take(set(seen("a", "/", "1", ""))).to_compiler);
        let effect = store.take(set(seen("a", "/", "2", "")));
        assert_eq!(effect.to_status, Some((ROUTES, key("a"))));
        assert!(!effect.to_compiler);
        assert_eq!(store.get(ROUTES, &key("a")).unwrap().version, "2");
        assert!(store.take(set(seen("a", "/other", "3", ""))).to_compiler);
        // Listed again, after a watch was cut: the same, and then without it.
        let again = |all| Change::All(ROUTES, all);
        assert!(
            !store
                .take(again(vec![seen("a", "/other", "4", "")]))
                .to_compiler
        );
        assert!(store.take(again(Vec::new())).to_compiler);
        assert!(store.texts().is_empty());
    }

    #[test]
    fn what_is_gone_is_gone_once() {
        let mut store = Store::new(1, None);
        store.take(set(seen("a", "/", "1", "")));
        assert!(store.take(Change::Gone(ROUTES, key("a"))).to_compiler);
        assert!(!store.take(Change::Gone(ROUTES, key("a"))).to_compiler);
    }

    #[test]
    fn routes_that_are_left_to_others_are_no_texts() {
        let mut store = Store::new(1, Some(("for".into(), "istiod".into())));
        store.take(set(seen("ours", "/", "1", "us")));
        store.take(set(seen("theirs", "/", "1", "istiod")));
        let names: Vec<String> = store.texts().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["HTTPRoute/shop/ours"]);
        assert_eq!(store.of(ROUTES).count(), 2);
    }
}
