//! Of several replicas one writes: the one that has the Lease.
//!
//! As client-go does it: whoever has the Lease renews it, the others take it when it was not renewed for as
//! long as it says, by their own clocks.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use serde_json::json;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::log::{Level, write};

/// After so long without a renewal it is anybody's.
const DURATION: Duration = Duration::from_secs(15);
/// After so long without a renewal who has it stops to write, which is before others begin.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long the API server may take to answer …
const ANSWER: Duration = Duration::from_secs(3);
/// … and how long it may at least, when time is running out.
const LEAST: Duration = Duration::from_millis(100);
/// How often it is looked at.
const PERIOD: Duration = Duration::from_secs(2);

/// One replica's part in it.
pub(crate) struct Replica {
    leases: Api<Lease>,
    /// Of the Lease.
    name: String,
    identity: String,
    leads: watch::Sender<bool>,
    /// When this replica has last begun to renew it with success.
    renewed: Option<Instant>,
    /// The version of another one's Lease, and when it was first seen.
    seen: Option<(String, Instant)>,
}

impl Replica {
    /// Says to `leads` whether this replica is the one.
    pub(crate) fn new(
        client: Client,
        (namespace, name): (&str, String),
        identity: String,
        leads: watch::Sender<bool>,
    ) -> Self {
        Self {
            leases: Api::namespaced(client, namespace),
            name,
            identity,
            leads,
            renewed: None,
            seen: None,
        }
    }

    /// Takes part until `stop` says so, then lets go of the Lease, so that nobody has to wait.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let left = self.renewed.map(|at| DEADLINE.saturating_sub(at.elapsed()));
            let left = left.unwrap_or(ANSWER).clamp(LEAST, ANSWER);
            let round = timeout(left, self.round()).await;
            let failed = match round {
                Ok(Ok(has)) => {
                    self.say(has);
                    None
                }
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some("no answer".into()),
            };
            if let Some(error) = failed {
                write(
                    Level::Warning,
                    "the Lease can't be renewed",
                    json!({ "error": error }),
                );
                if self.renewed.is_none_or(|at| at.elapsed() >= DEADLINE) {
                    self.say(false);
                }
            }
            tokio::select! {
                () = sleep(PERIOD) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        if *self.leads.borrow() {
            self.say(false);
            let _ = timeout(PERIOD, self.let_go()).await;
        }
    }

    fn say(&mut self, has: bool) {
        let changed = self.leads.send_if_modified(|leads| {
            let changed = *leads != has;
            *leads = has;
            changed
        });
        if changed {
            let message = if has {
                "this replica writes now"
            } else {
                "this replica writes no more"
            };
            write(Level::Info, message, json!({ "identity": self.identity }));
        }
    }

    /// Renews the Lease, or takes it if it is to be had. Says whether this replica has it.
    async fn round(&mut self) -> kube::Result<bool> {
        let begun = Instant::now();
        let Some(mut lease) = self.leases.get_opt(&self.name).await? else {
            let lease = Lease {
                metadata: ObjectMeta {
                    name: Some(self.name.clone()),
                    ..ObjectMeta::default()
                },
                spec: Some(self.spec(None)),
            };
            let written = self.leases.create(&PostParams::default(), &lease).await;
            return self.written(written, begun);
        };
        let holder = lease
            .spec
            .as_ref()
            .and_then(|spec| spec.holder_identity.clone());
        let holder = holder.unwrap_or_default();
        if holder != self.identity && !holder.is_empty() && !self.is_stale(&lease) {
            self.renewed = None;
            return Ok(false);
        }
        lease.spec = Some(self.spec(lease.spec.take().filter(|_| holder == self.identity)));
        let written = self
            .leases
            .replace(&self.name, &PostParams::default(), &lease)
            .await;
        self.written(written, begun)
    }

    fn written(&mut self, written: kube::Result<Lease>, begun: Instant) -> kube::Result<bool> {
        match written {
            Ok(_) => {
                self.renewed = Some(begun);
                self.seen = None;
                Ok(true)
            }
            // Somebody else was faster.
            Err(kube::Error::Api(status)) if status.code == 409 => {
                self.renewed = None;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether another one's Lease has not changed for as long as it says.
    fn is_stale(&mut self, lease: &Lease) -> bool {
        let version = lease.metadata.resource_version.clone().unwrap_or_default();
        match &self.seen {
            Some((seen, since)) if *seen == version => {
                let seconds = lease
                    .spec
                    .as_ref()
                    .and_then(|spec| spec.lease_duration_seconds);
                let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
                since.elapsed() > seconds.map_or(DURATION, Duration::from_secs)
            }
            _ => {
                self.seen = Some((version, Instant::now()));
                false
            }
        }
    }

    /// What is to stand in the Lease; `own` is what this replica has written into it before.
    fn spec(&self, own: Option<LeaseSpec>) -> LeaseSpec {
        let now = Some(MicroTime(Timestamp::now()));
        let own = own.unwrap_or_default();
        LeaseSpec {
            acquire_time: own.acquire_time.or_else(|| now.clone()),
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
            renew_time: now,
            ..own
        }
    }

    async fn let_go(&self) -> kube::Result<()> {
        let Some(mut lease) = self.leases.get_opt(&self.name).await? else {
            return Ok(());
        };
        if let Some(spec) = &mut lease.spec
            && spec.holder_identity.as_deref() == Some(&self.identity)
        {
            spec.holder_identity = Some(String::new());
            self.leases
                .replace(&self.name, &PostParams::default(), &lease)
                .await?;
        }
        Ok(())
    }
}
