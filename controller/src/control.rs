//! The loop: changes come in, and once they pause, what they mean is applied and said.

use std::{
    collections::BTreeSet,
    future::pending,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, bail};
use gamma_compile::status::StatusMemo;
use gamma_envoy::istio::Image;
use kube::{Client, Config};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    spawn,
    sync::{mpsc, watch as channel},
    task::{JoinHandle, spawn_blocking},
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
    pending::Pending,
    release::{Recipe, Release, ReleaseMemo},
    retire::Retirement,
    rollout::{Rollout, roll_out},
    serve::serve,
    status::StatusWriter,
    store::Store,
    watch::{self, Change, KindId},
};

/// Changes that are taken before somebody looks at the clock.
const AT_ONCE: usize = 1_000;

/// Runs until SIGTERM or SIGINT.
pub(crate) async fn run(options: ControllerOptions) -> Result<()> {
    let (mut terminated, mut interrupted) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    if let Some(canary) = &options.canary
        && canary.namespace == options.root_namespace
    {
        bail!(
            "--canary {canary}: what is in the root namespace is for all sidecars; name another namespace"
        );
    }
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
    spawn(serve(listener, Arc::clone(&metrics)));

    let kinds = watch::kinds();
    let (changed, changes) = mpsc::unbounded_channel();
    for (place, wanted) in kinds.iter().enumerate() {
        let (client, changed) = (client.clone(), changed.clone());
        let follow = watch::follow(client, KindId(place), wanted.clone(), changed);
        spawn(follow);
    }
    let (lead, leads) = channel::channel(false);
    let (stop, stopped) = channel::channel(false);
    let (found, module) = channel::channel(None);
    spawn(module::find(
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
    let lease = spawn(candidate.run(stopped));
    let routes = kinds
        .iter()
        .enumerate()
        .filter(|(_, kind)| kind.kind.is_some_and(watch::is_route));
    let events = Events::new(client.clone(), &options.controller_name, &options.identity);
    let controller = Controller {
        writer: StatusWriter::start(client.clone(), &options.controller_name, events),
        applier: Applier::new(client.clone(), leads.clone()),
        retirement: Retirement::new(client.clone(), leads.clone(), &options),
        client,
        wanted: None,
        rolling_out: None,
        store: Store::new(kinds.len(), options.ignore_routes.clone()),
        routes: routes.map(|(place, _)| KindId(place)).collect(),
        recipe: None,
        release: Release::default(),
        delivered: false,
        kept: ReleaseMemo::default(),
        said: StatusMemo::default(),
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

struct Controller {
    /// Whether this replica writes.
    leads: channel::Receiver<bool>,
    options: ControllerOptions,
    metrics: Arc<ControllerMetrics>,
    store: Store,
    /// Which kinds are routes.
    routes: Vec<KindId>,
    client: Client,
    writer: StatusWriter,
    applier: Applier,
    retirement: Retirement,
    /// The module. `None` until it was found.
    wanted: Option<Image>,
    /// What gets it to the sidecars.
    rolling_out: Option<JoinHandle<()>>,
    /// `None` while nobody knows which sidecars get which module.
    recipe: Option<Recipe>,
    /// The last one that was made.
    release: Release,
    /// Whether it was applied, and this replica writes.
    delivered: bool,
    /// What was read and compiled for it.
    kept: ReleaseMemo,
    /// What was said on routes of it.
    said: StatusMemo,
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
        let (mut rollout, mut rollouts) = mpsc::unbounded_channel();
        loop {
            let due = match leading && self.knows_enough() && self.recipe.is_some() {
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
                    self.retirement.forget();
                    self.metrics.forget();
                    // What an earlier one has still to say is of no use.
                    (rollout, rollouts) = mpsc::unbounded_channel();
                    self.roll_out(leading, rollout.clone());
                }
                Ok(()) = module.changed() => {
                    self.wanted.clone_from(&module.borrow_and_update());
                    self.roll_out(leading, rollout.clone());
                }
                Some(next) = rollouts.recv() => self.next(next),
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
        self.wanted.is_some() && self.store.is_complete()
    }

    /// Begins to get the module to the sidecars, if this replica is `leading`.
    fn roll_out(&mut self, leading: bool, rollout: mpsc::UnboundedSender<Rollout>) {
        if let Some(earlier) = self.rolling_out.take() {
            earlier.abort();
        }
        self.recipe = None;
        if let Some(wanted) = self.wanted.clone().filter(|_| leading) {
            let (client, options) = (self.client.clone(), self.options.clone());
            self.rolling_out = Some(spawn(roll_out(client, options, wanted, rollout)));
        }
    }

    /// The next step of that.
    fn next(&mut self, rollout: Rollout) {
        let on_trial = matches!(rollout, Rollout::Trial { .. });
        self.metrics.on_trial.set(on_trial.into());
        self.recipe = Some(Recipe::new(&self.options, rollout));
        // Another replica may have written since.
        self.pending.whole = true;
        self.pending.change(Instant::now());
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
                if whole {
                    self.retirement.sweep(&self.release.objects).await;
                }
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
        let mut kept = std::mem::take(&mut self.kept);
        let made = spawn_blocking(move || {
            let (release, statuses) = recipe.make(&texts, &mut kept);
            (release, statuses, kept)
        });
        // After a panic in there everything is read and compiled again.
        let (mut release, statuses, kept) = made.await?;
        self.kept = kept;
        let mut said = std::mem::take(&mut self.said);
        let parents = spawn_blocking(move || (statuses.parents(&mut said), said));
        self.tell(&release);
        let written = match &release.refused {
            Some(refused) => Err(anyhow!("{refused}")),
            None => self.applier.apply(&release.objects).await,
        };
        (release.parents, self.said) = parents.await?;
        let written = written?;
        let plugin = release
            .objects
            .last()
            .map(|object| object.to_string().len());
        let bytes = plugin.and_then(|bytes| i64::try_from(bytes).ok());
        self.metrics.config_bytes.set(bytes.unwrap_or_default());
        self.release = release;
        Ok(written)
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
