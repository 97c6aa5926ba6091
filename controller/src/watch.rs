//! Follows the kinds that decide where requests go: those that the cluster has, and those that it may
//! have one day.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, pin_mut};
use gamma_kube::{Importance, LiveObject, WantedKind, wanted_kinds};
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, GroupVersionKind},
    discovery,
    runtime::{WatchStreamExt as _, utils::Backoff, watcher, watcher::Event},
};
use serde_json::{Value, json};
use tokio::{sync::mpsc::UnboundedSender, time::sleep};

use crate::{
    in_time::in_time,
    log::{Level, write},
};

/// How long after it was missed a kind is looked for again.
const MISSING: Duration = Duration::from_secs(5);
/// How often a kind must be missed in a row before its objects count as gone: an API server that has just
/// started may not have every CRD yet, and no routes at all is a heavy word.
const LOOKS: u32 = 6;
/// How long after another one comes the next look.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The wait after a watch was cut; twice as long after each other one …
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// … up to this …
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// … and short again after so long without one.
const CALM: Duration = Duration::from_secs(30);

/// Kinds that say nothing to Istio's sidecars: endpoints and connections to backends are Istio's, and of
/// endpoints there are very many.
const LEFT_TO_ISTIO: [&str; 3] = ["EndpointSlice", "BackendTLSPolicy", "ConfigMap"];

/// Whether a kind is that of routes.
pub(crate) fn is_route(kind: &str) -> bool {
    ["HTTPRoute", "GRPCRoute"].contains(&kind)
}

/// A kind that is followed, by its place in the list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KindId(pub(crate) usize);

/// An object as it is in the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) object: LiveObject,
    pub(crate) resource: ApiResource,
    /// `metadata.resourceVersion`.
    pub(crate) version: String,
    /// `metadata.uid`.
    pub(crate) uid: Option<String>,
    /// `metadata.labels`.
    pub(crate) labels: BTreeMap<String, String>,
    /// `status.parents` of a route.
    pub(crate) parents: Vec<Value>,
}

/// What has changed.
#[derive(Debug)]
pub(crate) enum Change {
    /// These are all objects of the kind; none, if the cluster does not have it.
    All(KindId, Vec<Seen>),
    /// An object is new, or other than before.
    Set(KindId, Box<Seen>),
    /// An object is gone, by namespace and name.
    Gone(KindId, (String, String)),
}

/// The kinds to follow.
pub(crate) fn kinds() -> Vec<WantedKind> {
    let kinds = wanted_kinds([]).into_iter();
    kinds
        .filter(|wanted| {
            wanted
                .kind
                .is_none_or(|kind| !LEFT_TO_ISTIO.contains(&kind))
        })
        .collect()
}

/// Follows a kind for ever.
pub(crate) async fn follow(
    client: Client,
    id: KindId,
    wanted: WantedKind,
    changes: UnboundedSender<Change>,
) {
    let kind = wanted.kind.unwrap_or_default();
    let mut was_there = true;
    // Many clusters lack some of the others, and a start should not wait for long.
    let mut looks = match wanted.importance {
        Importance::Decisive => LOOKS,
        Importance::Used | Importance::Noticed => LOOKS / 2,
    };
    loop {
        let Some(resource) = find(&client, &wanted).await else {
            looks = looks.saturating_sub(u32::from(was_there));
            if was_there && looks > 0 {
                sleep(LOOK_AGAIN).await;
                continue;
            }
            if was_there {
                let fields = json!({ "kind": kind, "group": wanted.group });
                write(
                    Level::Warning,
                    "the cluster does not have this kind",
                    fields,
                );
                was_there = false;
                if changes.send(Change::All(id, Vec::new())).is_err() {
                    return;
                }
            }
            sleep(MISSING).await;
            continue;
        };
        was_there = true;
        let begun = Instant::now();
        let followed = follow_resource(&client, id, &resource, &changes).await;
        if followed.is_none() {
            return;
        }
        if begun.elapsed() > MISSING {
            looks = LOOKS;
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// The best version of a kind that the cluster has. Asks until there is an answer.
async fn find(client: &Client, wanted: &WantedKind) -> Option<ApiResource> {
    let kind = wanted.kind.unwrap_or_default();
    let mut pause = Duration::from_millis(200);
    'ask: loop {
        for version in wanted.versions {
            let gvk = GroupVersionKind::gvk(wanted.group, version, kind);
            match in_time(discovery::pinned_kind(client, &gvk)).await {
                Ok((resource, _)) => return Some(resource),
                Err(error) if is_absent(&error) => {}
                Err(error) => {
                    let error = error.to_string();
                    let fields = json!({ "kind": kind, "error": error });
                    write(
                        Level::Warning,
                        "the API server does not say what it has",
                        fields,
                    );
                    sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(10));
                    continue 'ask;
                }
            }
        }
        return None;
    }
}

fn is_absent(error: &kube::Error) -> bool {
    match error {
        kube::Error::Api(status) => status.code == 404,
        kube::Error::Discovery(_) => true,
        _ => false,
    }
}

/// Follows a kind that is there, until it is not any more. `None` if nobody listens.
async fn follow_resource(
    client: &Client,
    id: KindId,
    resource: &ApiResource,
    changes: &UnboundedSender<Change>,
) -> Option<()> {
    let api: Api<DynamicObject> = Api::all_with(client.clone(), resource);
    let events = watcher(api, watcher::Config::default()).backoff(Pauses::default());
    pin_mut!(events);
    let mut all = Vec::new();
    while let Some(event) = events.next().await {
        let change = match event {
            Ok(Event::Init) => {
                all.clear();
                continue;
            }
            Ok(Event::InitApply(object)) => {
                all.extend(seen(object, resource));
                continue;
            }
            Ok(Event::InitDone) => Change::All(id, std::mem::take(&mut all)),
            Ok(Event::Apply(object)) => match seen(object, resource) {
                Some(seen) => Change::Set(id, Box::new(seen)),
                None => continue,
            },
            Ok(Event::Delete(object)) => Change::Gone(id, key(&object)),
            Err(error) => {
                let fields = json!({ "kind": resource.kind, "error": error.to_string() });
                write(Level::Warning, "a watch was cut", fields);
                if is_gone(&error) {
                    return Some(());
                }
                continue;
            }
        };
        changes.send(change).ok()?;
    }
    Some(())
}

/// The waits after a watch was cut. Two replicas with half a dozen kinds need not fear to be a herd.
#[derive(Debug, Default)]
struct Pauses {
    /// The last one, and when it began.
    last: Option<(Duration, Instant)>,
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let recent = self.last.filter(|(_, at)| at.elapsed() < CALM);
        let pause = recent.map_or(FIRST_PAUSE, |(pause, _)| pause * 2);
        let pause = pause.min(LONGEST_PAUSE);
        self.last = Some((pause, Instant::now()));
        Some(pause)
    }
}

impl Backoff for Pauses {
    /// A list that begins is no success yet, but called one: time alone begins anew.
    fn reset(&mut self) {}
}

/// Whether the cluster does not have the kind, or not in this version.
fn is_gone(error: &watcher::Error) -> bool {
    match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => status.code == 404,
        _ => false,
    }
}

fn key(object: &DynamicObject) -> (String, String) {
    let metadata = &object.metadata;
    (
        metadata.namespace.clone().unwrap_or_default(),
        metadata.name.clone().unwrap_or_default(),
    )
}

fn seen(mut object: DynamicObject, resource: &ApiResource) -> Option<Seen> {
    let parents = object.data.pointer_mut("/status/parents").map(Value::take);
    let parents = match parents {
        Some(Value::Array(parents)) => parents,
        _ => Vec::new(),
    };
    let version = object.metadata.resource_version.take().unwrap_or_default();
    let uid = object.metadata.uid.clone();
    let labels = object.metadata.labels.clone().unwrap_or_default();
    let value = serde_json::to_value(&object).ok()?;
    let ApiResource {
        group,
        api_version,
        kind,
        ..
    } = resource;
    Some(Seen {
        object: LiveObject::new(group, api_version, kind, value)?,
        resource: resource.clone(),
        version,
        uid,
        labels,
        parents,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_though_a_list_begins_and_are_bounded() {
        let mut pauses = Pauses::default();
        let mut all = Vec::new();
        for _ in 0..8 {
            all.push(pauses.next().unwrap().as_millis());
            pauses.reset();
        }
        assert_eq!(all, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        let long_ago = Instant::now().checked_sub(CALM);
        pauses.last = long_ago.map(|at| (LONGEST_PAUSE, at));
        assert_eq!(pauses.next(), Some(FIRST_PAUSE));
    }
}
