//! The loop: changes come in, and once they pause, what they mean is applied and said.

use std::{
    collections::BTreeSet,
    future::pending,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use gamma_envoy::istio::{ConfigFormat, FailStrategy, Image, IstioOptions, Phase};
use kube::{Api, Client, Config, api::DynamicObject};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch as channel},
    task::spawn_blocking,
    time::{sleep_until, timeout},
};

use crate::{
    apply::{Applier, resource},
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
    let config = Config::infer().await.context(
        "no cluster is known: this is no pod of one, and there is no kubeconfig ($KUBECONFIG)",
    )?;
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
    let candidate = Replica::new(
        client.clone(),
        &options.namespace,
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
        applier: Applier::new(client.clone()),
        store: Store::new(kinds.len(), options.ignore_routes.clone()),
        routes: routes.map(|(place, _)| KindId(place)).collect(),
        recipe: None,
        release: Release::default(),
        delivered: false,
        pending: Pending::default(),
        options,
        client,
        metrics,
    };
    tokio::select! {
        () = controller.run(changes, leads) => {}
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
    /// The first change that was not applied yet, and the last.
    changes: Option<(Instant, Instant)>,
    /// After a failure: when it is tried again, and after which wait.
    retry: Option<(Instant, Duration)>,
    /// When everything was applied last.
    applied: Option<Instant>,
}

impl Pending {
    fn change(&mut self) {
        let now = Instant::now();
        let first = self.changes.map_or(now, |(first, _)| first);
        self.changes = Some((first, now));
    }

    fn due(&self) -> Option<Instant> {
        let changes = self
            .changes
            .map(|(first, last)| (last + QUIET).min(first + STORM));
        match (changes, self.retry) {
            (Some(changes), Some((retry, _))) => Some(changes.max(retry)),
            (None, Some((retry, _))) => Some(retry),
            (Some(changes), None) => Some(changes),
            (None, None) => self.applied.map(|applied| applied + RESYNC),
        }
    }

    fn failed(&mut self) {
        let pause = self
            .retry
            .map_or(RETRY, |(_, pause)| (pause * 2).min(LONGEST_RETRY));
        self.retry = Some((Instant::now() + pause, pause));
    }
}

struct Controller {
    options: ControllerOptions,
    client: Client,
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
    pending: Pending,
}

impl Controller {
    async fn run(
        mut self,
        mut changes: mpsc::UnboundedReceiver<Change>,
        mut leads: channel::Receiver<bool>,
    ) {
        let mut leading = false;
        loop {
            let due = match leading && self.store.is_complete() {
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
                    // Another replica has written since.
                    self.applier.forget();
                    self.pending.change();
                }
                change = changes.recv() => {
                    let Some(change) = change else { return };
                    self.take(change);
                    while let Ok(change) = changes.try_recv() {
                        self.take(change);
                    }
                }
                () = round => self.round().await,
            }
            let ready = self.store.is_complete() && (self.delivered || !leading);
            self.metrics.ready.store(ready, Ordering::Relaxed);
        }
    }

    fn take(&mut self, change: Change) {
        let effect = self.store.take(change);
        if effect.to_compiler {
            self.pending.change();
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
        let began = self.pending.changes.take();
        if began.is_none() {
            self.applier.forget();
        }
        match self.apply().await {
            Ok(written) => {
                self.pending.retry = None;
                self.pending.applied = Some(Instant::now());
                self.delivered = true;
                self.metrics.applied.inc_by(written as u64);
                if let Some((first, _)) = began.filter(|_| written > 0) {
                    let seconds = first.elapsed().as_secs_f64();
                    self.metrics.latency.observe(seconds);
                    let fields = json!({ "objects": written, "seconds": seconds });
                    write(Level::Info, "applied", fields);
                }
                self.say();
            }
            Err(error) => {
                self.metrics.refusals.inc();
                // The changes are still to be applied.
                if let Some((first, _)) = began {
                    self.pending.changes = Some((first, first));
                }
                self.pending.failed();
                let fields = json!({ "error": format!("{error:#}") });
                write(Level::Error, "what was applied last stays", fields);
            }
        }
    }

    async fn apply(&mut self) -> Result<usize> {
        let recipe = match &self.recipe {
            Some(recipe) => recipe.clone(),
            None => {
                let istio = self.istio(self.image().await?);
                let recipe = Recipe::new(&self.options, istio);
                self.recipe = Some(recipe.clone());
                recipe
            }
        };
        let texts = self.store.texts();
        let (mut release, statuses) = spawn_blocking(move || recipe.make(&texts)).await?;
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

    /// The module as it was found. While its registry does not answer, what the cluster's plugin has counts:
    /// that was found before.
    async fn image(&self) -> Result<Image> {
        let wanted = self.options.image.clone();
        let image = wanted.clone();
        let error = match spawn_blocking(move || module::find(image)).await? {
            Ok(found) => {
                write(
                    Level::Info,
                    "the module was found",
                    json!({ "url": found.url }),
                );
                return Ok(found);
            }
            Err(error) => error,
        };
        let plugin = resource("extensions.istio.io/v1alpha1", "WasmPlugin");
        let plugins: Api<DynamicObject> =
            Api::namespaced_with(self.client.clone(), &self.options.root_namespace, &plugin);
        let existing = plugins.get_opt(&self.options.name).await?;
        let text = |pointer: &str| {
            let value = existing.as_ref()?.data.pointer(pointer);
            value.and_then(Value::as_str).map(str::to_owned)
        };
        match text("/spec/url") {
            Some(url) if url.starts_with(&format!("{}@", wanted.url)) => {
                let fields = json!({ "url": url, "error": format!("{error:#}") });
                write(
                    Level::Warning,
                    "the module was found earlier, but not now",
                    fields,
                );
                Ok(Image {
                    url,
                    sha256: text("/spec/sha256"),
                })
            }
            _ => Err(error).context("the module can't be had, and no sidecar is told of it"),
        }
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
    fn tell(&self, release: &Release) {
        let known: BTreeSet<&String> = self.release.findings.iter().collect();
        for finding in release
            .findings
            .iter()
            .filter(|found| !known.contains(found))
        {
            write(Level::Warning, finding, json!({}));
        }
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
