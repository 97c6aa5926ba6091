//! The loop: changes come in, and once they pause, what they mean is applied and said.

use std::{
    collections::BTreeSet,
    future::pending,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use gamma_envoy::istio::{ConfigFormat, FailStrategy, Image, IstioOptions, Phase};
use gamma_manifest::LiveObjects;
use kube::{Client, Config};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch as channel},
    task::spawn_blocking,
    time::{sleep_until, timeout},
};

use crate::{
    apply::Applier,
    event::Events,
    lease::Replica,
    log::{Level, write},
    metrics::ControllerMetrics,
    module,
    options::ControllerOptions,
    release::{Recipe, Release},
    serve::serve,
    status::StatusWriter,
    store::Store,
    watch::{self, Change, KindId},
};

/// A change is waited for so long whether another one follows it …
const QUIET: Duration = Duration::from_millis(5);
/// … and no longer than this, however many follow.
const STORM: Duration = Duration::from_millis(100);
/// Changes that are taken before somebody looks at the clock.
const AT_ONCE: usize = 1_000;
/// The first wait after a failure; twice as long after each other one …
const RETRY: Duration = Duration::from_secs(1);
/// … up to this.
const LONGEST_RETRY: Duration = Duration::from_secs(30);
/// How often everything is applied again, in case somebody else has changed or deleted it.
const RESYNC: Duration = Duration::from_secs(60);

/// Runs until SIGTERM or SIGINT.
pub(crate) async fn run(options: ControllerOptions) -> Result<()> {
    let (mut terminated, mut interrupted) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let mut config = Config::infer().await.context(
        "no cluster is known: this is no pod of one, and there is no kubeconfig ($KUBECONFIG)",
    )?;
    // A watch is silent for less than five minutes; what is silent for longer is a connection to nobody.
    config.connect_timeout = Some(Duration::from_secs(10));
    config.read_timeout = Some(Duration::from_secs(300));
    config.reset_reader_on_write = true;
    let client = Client::try_from(config)?;
    let metrics = Arc::new(ControllerMetrics::new());
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.with_context(|| format!("--listen {}", options.listen))?;
    tokio::spawn(serve(listener, Arc::clone(&metrics)));

    let kinds = watch::kinds();
    let (changed, changes) = mpsc::unbounded_channel();
    for (place, wanted) in kinds.iter().enumerate() {
        let (client, changed) = (client.clone(), changed.clone());
        let follow = watch::follow(client, KindId(place), wanted.clone(), changed);
        tokio::spawn(follow);
    }
    let (lead, leads) = channel::channel(false);
    let (stop, stopped) = channel::channel(false);
    let (found, module) = channel::channel(None);
    tokio::spawn(module::find(
        client.clone(),
        options.clone(),
        Arc::clone(&metrics),
        found,
    ));
    let candidate = Replica::new(
        client.clone(),
        (&options.namespace, format!("{}-controller", options.name)),
        options.identity.clone(),
        lead,
    );
    let lease = tokio::spawn(candidate.run(stopped));
    let routes = kinds.iter().enumerate().filter(|(_, kind)| {
        kind.kind
            .is_some_and(|kind| ["HTTPRoute", "GRPCRoute"].contains(&kind))
    });
    let events = Events::new(client.clone(), &options.controller_name, &options.identity);
    let controller = Controller {
        writer: StatusWriter::start(client.clone(), &options.controller_name, events),
        applier: Applier::new(client.clone(), leads.clone()),
        store: Store::new(kinds.len(), options.ignore_routes.clone()),
        routes: routes.map(|(place, _)| KindId(place)).collect(),
        recipe: None,
        release: Release::default(),
        delivered: false,
        live: LiveObjects::default(),
        told: BTreeSet::new(),
        pending: Pending::default(),
        leads: leads.clone(),
        options,
        metrics,
    };
    tokio::select! {
        () = controller.run(changes, leads, module) => {}
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    write(Level::Info, "stopping", json!({}));
    let _ = stop.send(true);
    // It lets go of the Lease, so that the next replica need not wait.
    let _ = timeout(Duration::from_secs(5), lease).await;
    Ok(())
}

/// When the next round is due.
#[derive(Debug, Default)]
struct Pending {
    /// The first change that no round has taken yet, and the last.
    changes: Option<(Instant, Instant)>,
    failure: Option<Failure>,
    /// When everything was applied last, whether it was other than before or not.
    complete: Option<Instant>,
    /// Whether everything is to be.
    whole: bool,
}

/// A round that failed, and perhaps others before it.
#[derive(Debug, Clone, Copy)]
struct Failure {
    /// The first change that was not applied.
    first: Option<Instant>,
    at: Instant,
    pause: Duration,
}

impl Pending {
    fn change(&mut self, now: Instant) {
        let first = self.changes.map_or(now, |(first, _)| first);
        self.changes = Some((first, now));
    }

    fn due(&self) -> Option<Instant> {
        let changes = self
            .changes
            .map(|(first, last)| (last + QUIET).min(first + STORM));
        let resync = self.complete.map(|complete| complete + RESYNC);
        match (changes, self.failure) {
            // It may be what was wrong that has changed.
            (Some(changes), Some(failure)) => Some(changes.max(failure.at + RETRY)),
            (None, Some(failure)) => Some(failure.at + failure.pause),
            (Some(changes), None) => Some(changes),
            (None, None) => resync,
        }
    }

    /// Whether a round that begins now applies everything.
    fn is_whole(&self, now: Instant) -> bool {
        self.whole
            || self
                .complete
                .is_none_or(|complete| now >= complete + RESYNC)
    }

    /// A round takes the changes: when the first of them was, if there are any.
    fn take(&mut self) -> Option<Instant> {
        let first = self.changes.take().map(|(first, _)| first);
        self.failure.and_then(|failure| failure.first).or(first)
    }

    /// That round has failed.
    fn failed(&mut self, first: Option<Instant>, now: Instant) {
        let pause = self.failure.map_or(RETRY, |failure| failure.pause * 2);
        self.failure = Some(Failure {
            first,
            at: now,
            pause: pause.min(LONGEST_RETRY),
        });
    }

    /// That round has not; if everything was applied, with when it began.
    fn succeeded(&mut self, complete: Option<Instant>) {
        self.failure = None;
        if complete.is_some() {
            self.complete = complete;
            self.whole = false;
        }
    }
}

struct Controller {
    /// Whether this replica writes.
    leads: channel::Receiver<bool>,
    options: ControllerOptions,
    metrics: Arc<ControllerMetrics>,
    store: Store,
    /// Which kinds are routes.
    routes: Vec<KindId>,
    writer: StatusWriter,
    applier: Applier,
    /// `None` until the module was found.
    recipe: Option<Recipe>,
    /// The last one that was made.
    release: Release,
    /// Whether it was applied, and this replica writes.
    delivered: bool,
    /// What was decoded for it.
    live: LiveObjects,
    /// What was found in the last one.
    told: BTreeSet<String>,
    pending: Pending,
}

impl Controller {
    async fn run(
        mut self,
        mut changes: mpsc::UnboundedReceiver<Change>,
        mut leads: channel::Receiver<bool>,
        mut module: channel::Receiver<Option<Image>>,
    ) {
        let mut leading = false;
        loop {
            let due = match leading && self.knows_enough() {
                true => self.pending.due(),
                false => None,
            };
            let round = async {
                match due {
                    Some(due) => sleep_until(due.into()).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                biased;
                Ok(()) = leads.changed() => {
                    leading = *leads.borrow_and_update();
                    self.metrics.leads.set(leading.into());
                    self.delivered = false;
                    self.writer.forget();
                    self.metrics.forget();
                    // Another replica has written since.
                    self.pending.whole = true;
                    self.pending.change(Instant::now());
                }
                Ok(()) = module.changed() => {
                    let image = module.borrow_and_update().clone();
                    self.recipe = image.map(|image| Recipe::new(&self.options, self.istio(image)));
                }
                // Before the next change: else a stream of them would put it off for ever.
                () = round => self.round().await,
                change = changes.recv() => {
                    let Some(change) = change else { return };
                    self.take(change);
                    for _ in 0..AT_ONCE {
                        let Ok(change) = changes.try_recv() else { break };
                        self.take(change);
                    }
                }
            }
            let ready = self.knows_enough() && (self.delivered || !leading);
            self.metrics.ready.store(ready, Ordering::Relaxed);
        }
    }

    /// Whether a round can begin.
    fn knows_enough(&self) -> bool {
        self.recipe.is_some() && self.store.is_complete()
    }

    fn take(&mut self, change: Change) {
        let effect = self.store.take(change);
        if effect.to_compiler {
            self.pending.change(Instant::now());
        } else if let Some((kind, name)) = effect.to_status
            && self.delivered
            && self.routes.contains(&kind)
            && let Some(route) = self.store.get(kind, &name)
        {
            // Somebody has changed what was said there, or this controller has.
            let own = self.release.own(&route.resource.kind, &name);
            self.writer.say(&name, route, own);
        }
    }

    /// Applies what the objects mean by now, and says it.
    async fn round(&mut self) {
        let begun = Instant::now();
        let first = self.pending.take();
        let whole = self.pending.is_whole(begun);
        if whole {
            self.applier.forget();
        }
        match self.apply().await {
            // Another one has come while this was under way, and speaks now.
            _ if !*self.leads.borrow() => {}
            Ok(written) => {
                self.pending.succeeded(whole.then_some(begun));
                self.delivered = true;
                self.metrics.applied.inc_by(written as u64);
                if let Some(first) = first.filter(|_| written > 0) {
                    let seconds = first.elapsed().as_secs_f64();
                    self.metrics.latency.observe(seconds);
                    let fields = json!({ "objects": written, "seconds": seconds });
                    write(Level::Info, "applied", fields);
                }
                self.say();
            }
            Err(error) => {
                self.metrics.refusals.inc();
                self.pending.failed(first, Instant::now());
                let fields = json!({ "error": format!("{error:#}") });
                write(Level::Error, "what was applied last stays", fields);
            }
        }
    }

    async fn apply(&mut self) -> Result<usize> {
        let recipe = self
            .recipe
            .clone()
            .context("the module was not found yet")?;
        let texts = self.store.texts();
        let mut live = std::mem::take(&mut self.live);
        let made = spawn_blocking(move || {
            let (release, statuses) = recipe.make(&texts, &mut live);
            (release, statuses, live)
        });
        // After a panic in there everything is decoded again.
        let (mut release, statuses, live) = made.await?;
        self.live = live;
        let parents = spawn_blocking(move || statuses.parents());
        self.tell(&release);
        if let Some(refused) = &release.refused {
            bail!("{refused}");
        }
        let written = self.applier.apply(&release.objects).await?;
        let plugin = release
            .objects
            .last()
            .map(|object| object.to_string().len());
        let bytes = plugin.and_then(|bytes| i64::try_from(bytes).ok());
        self.metrics.config_bytes.set(bytes.unwrap_or_default());
        release.parents = parents.await?;
        self.release = release;
        Ok(written)
    }

    fn istio(&self, image: Image) -> IstioOptions {
        IstioOptions {
            name: self.options.name.clone(),
            image,
            image_pull_policy: None,
            image_pull_secret: None,
            phase: Phase::Unspecified,
            priority: None,
            fail_strategy: FailStrategy::Reload,
            config_format: ConfigFormat::Auto,
            selector: [].into(),
            mirror_host_suffix: false,
            default_retries: true,
        }
    }

    /// Logs what was not found the last time.
    fn tell(&mut self, release: &Release) {
        let findings: BTreeSet<String> = release.findings.iter().cloned().collect();
        for finding in findings.difference(&self.told) {
            write(Level::Warning, finding, json!({}));
        }
        self.told = findings;
    }

    /// Says on every route what became of it.
    fn say(&mut self) {
        let (mut accepted, mut refused) = (0, 0);
        for kind in &self.routes {
            for (name, route) in self.store.of(*kind) {
                let own = self.release.own(&route.resource.kind, name);
                self.writer.say(name, route, own);
                if !own.is_empty() {
                    match own.iter().any(is_accepted) {
                        true => accepted += 1,
                        false => refused += 1,
                    }
                }
            }
        }
        for (state, count) in [("accepted", accepted), ("refused", refused)] {
            let labels = vec![("state", state)];
            self.metrics.routes.get_or_create(&labels).set(count);
        }
    }
}

fn is_accepted(parent: &Value) -> bool {
    let mut conditions = parent["conditions"].as_array().into_iter().flatten();
    conditions.any(|c| c["type"] == "Accepted" && c["status"] == "True")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn a_change_is_due_at_once_and_a_storm_soon() {
        let mut pending = Pending::default();
        let begin = Instant::now();
        assert_eq!(pending.due(), None);
        pending.change(begin);
        assert_eq!(pending.due(), Some(begin + QUIET));
        for number in 0..1000 {
            pending.change(begin + number * MILLI);
        }
        assert_eq!(pending.due(), Some(begin + STORM));
        assert_eq!(pending.take(), Some(begin));
        assert!(pending.is_whole(begin));
        pending.succeeded(Some(begin));
        assert_eq!(pending.due(), Some(begin + RESYNC));
        // However much changes, everything is applied again now and then.
        pending.change(begin + RESYNC);
        pending.succeeded(None);
        assert!(!pending.is_whole(begin + STORM) && pending.is_whole(begin + RESYNC));
    }

    #[test]
    fn failures_wait_longer_and_longer_but_a_change_does_not() {
        let mut pending = Pending::default();
        let begin = Instant::now();
        pending.change(begin);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            assert_eq!(pending.take(), Some(begin));
            pending.failed(Some(begin), begin);
            pauses.push(pending.due().unwrap() - begin);
        }
        let seconds: Vec<u64> = pauses.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30, 30]);
        pending.change(begin + MILLI);
        assert_eq!(pending.due(), Some(begin + RETRY));
        // What failed first is what the latency counts from.
        assert_eq!(pending.take(), Some(begin));
    }
}
