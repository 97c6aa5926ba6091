//! `status.parents` of routes: what this controller says there, beside what others do.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::StreamExt as _;
use jiff::Timestamp;
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, Patch, PatchParams},
};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    event::Events,
    in_time::in_time,
    log::{Level, write},
    parents::merged,
    store::{Name, StoredObject},
};

/// Statuses that are written at once.
const AT_ONCE: usize = 8;
/// How often one is tried.
const TRIES: u32 = 6;

/// What is to stand on a route.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    resource: ApiResource,
    name: Name,
    /// `metadata.resourceVersion` of what `parents` was read from.
    version: String,
    parents: Vec<Value>,
    uid: Option<String>,
    own: Vec<Value>,
    /// Of two for one route the one with the higher number counts.
    number: u64,
}

/// Which number is the newest of each route.
type Newest = Arc<Mutex<HashMap<(String, Name), u64>>>;

/// Writes statuses in the background.
pub(crate) struct StatusWriter {
    controller: Arc<str>,
    newest: Newest,
    number: u64,
    queue: UnboundedSender<Wanted>,
}

impl StatusWriter {
    /// As `controller`.
    pub(crate) fn start(client: Client, controller: &str, events: Events) -> Self {
        let (queue, wanted) = unbounded_channel();
        let controller: Arc<str> = controller.into();
        let newest = Newest::default();
        let to = Destination {
            client,
            events,
            controller: Arc::clone(&controller),
            newest: Arc::clone(&newest),
        };
        let work = work(to, wanted);
        tokio::spawn(work);
        Self {
            controller,
            newest,
            number: 0,
            queue,
        }
    }

    /// Forgets what was not written yet: another replica writes now.
    pub(crate) fn forget(&self) {
        lock(&self.newest).clear();
    }

    /// Says `own` on a route, unless it is said there. Says whether something is to be written.
    pub(crate) fn say(&mut self, name: &Name, route: &StoredObject, own: &[Value]) -> bool {
        let key = (route.resource.kind.clone(), name.clone());
        if merged(&route.parents, own, &self.controller, "").is_none() {
            // What was wanted before and was not written yet must not be any more.
            lock(&self.newest).remove(&key);
            return false;
        }
        self.number += 1;
        lock(&self.newest).insert(key, self.number);
        let wanted = Wanted {
            resource: route.resource.clone(),
            name: name.clone(),
            version: route.version.clone(),
            parents: route.parents.clone(),
            uid: route.uid.clone(),
            own: own.to_vec(),
            number: self.number,
        };
        self.queue.send(wanted).is_ok()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where statuses are written to, and as whom.
struct Destination {
    client: Client,
    events: Events,
    controller: Arc<str>,
    newest: Newest,
}

async fn work(to: Destination, wanted: UnboundedReceiver<Wanted>) {
    let wanted = futures_util::stream::unfold(wanted, async |mut wanted| {
        let next = wanted.recv().await?;
        Some((next, wanted))
    });
    wanted
        .for_each_concurrent(AT_ONCE, |wanted| {
            let to = &to;
            async move {
                let (namespace, name) = wanted.name.clone();
                let kind = wanted.resource.kind.clone();
                if let Err(error) = to.write(wanted).await {
                    let fields = json!({
                        "kind": kind,
                        "namespace": namespace,
                        "name": name,
                        "error": error.to_string(),
                    });
                    write(Level::Error, "a status could not be written", fields);
                }
            }
        })
        .await;
}

impl Destination {
    /// Writes one, unless there is a newer one by then.
    async fn write(&self, mut wanted: Wanted) -> kube::Result<()> {
        let Self {
            client,
            controller,
            newest,
            ..
        } = self;
        let key = (wanted.resource.kind.clone(), wanted.name.clone());
        let (namespace, name) = wanted.name.clone();
        let api: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), &namespace, &wanted.resource);
        let number = wanted.number;
        let mut pause = Duration::from_millis(50);
        for tried in 1.. {
            if lock(newest).get(&key) != Some(&wanted.number) {
                return Ok(());
            }
            let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            let Some(parents) = merged(&wanted.parents, &wanted.own, controller, &now) else {
                break;
            };
            // With the version it was read at: what another controller has written since is not lost.
            let patch = json!({
                "metadata": { "resourceVersion": wanted.version },
                "status": { "parents": parents },
            });
            let parameters = PatchParams::default();
            let patch = Patch::Merge(patch);
            let error = match in_time(api.patch_status(&name, &parameters, &patch)).await {
                Ok(_) => {
                    let Wanted {
                        resource,
                        name,
                        uid,
                        parents,
                        own,
                        ..
                    } = wanted;
                    self.events
                        .publish(&resource, &name, uid, &parents, &own)
                        .await;
                    break;
                }
                Err(kube::Error::Api(status)) if status.code == 404 => break,
                Err(error) => error,
            };
            let code = match &error {
                kube::Error::Api(status) => status.code,
                _ => 0,
            };
            if tried == TRIES || [400, 403, 422].contains(&code) {
                lock(newest).remove(&key);
                return Err(error);
            }
            let conflict = code == 409;
            if !conflict {
                tokio::time::sleep(pause).await;
                pause *= 4;
            }
            match in_time(api.get(&name)).await {
                // Another one of that name.
                Ok(found) if found.metadata.uid != wanted.uid => break,
                Ok(found) => {
                    wanted.version = found.metadata.resource_version.unwrap_or_default();
                    let parents = found.data.pointer("/status/parents");
                    wanted.parents = parents
                        .and_then(Value::as_array)
                        .cloned()
                        .unwrap_or_default();
                }
                Err(kube::Error::Api(status)) if status.code == 404 => break,
                // The same again, then.
                Err(_) => {}
            }
        }
        let mut newest = lock(newest);
        if newest.get(&key) == Some(&number) {
            newest.remove(&key);
        }
        Ok(())
    }
}
