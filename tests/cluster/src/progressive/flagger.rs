//! The page's commands, while requests go on: Flagger shifts weights, and is told by Gamma's counters what
//! it is to think of the new version.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use gamma_testbed::{client::Request, fixture::Protocol};
use serde_json::Value;

use super::turns::{Turns, follows};
use crate::{
    document,
    edges::Scene,
    kubectl::{get, kubectl},
    mesh::{Mesh, address},
    pair::Pair,
    pod::message::{Counted, Send},
};

const PAGE: &str = "docs/progressive-delivery.md";
/// What the page calls things.
const NAMESPACE: &str = "gamma-canary";
const NAME: &str = "web";

/// The weights of the new version, one after the other: one that is promoted, and one that is not.
const WEIGHTS: [u32; 8] = [0, 25, 50, 75, 100, 0, 25, 0];
/// How long sidecars may take to hear of what Flagger has set up.
const UNHEARD: Duration = Duration::from_millis(500);
/// How long requests go on when it has failed.
const AFTERWARDS: Duration = Duration::from_secs(4);
/// Longer than all of it takes.
const PATIENCE: Duration = Duration::from_secs(600);

/// What was answered while the new version had this weight.
struct WeightTurn {
    weight: u32,
    counts: Vec<Counted>,
}

pub(crate) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let mut turns = Turns::new(&mut scene.client);
    let (page, watched) = thread::scope(|scope| {
        let page = scope.spawn(|| document::run(PAGE));
        let watched = watch(&mut turns, || page.is_finished());
        let page = page.join().unwrap_or_else(|_| bail!("the page's thread"));
        (page, watched)
    });
    let ended = page.and(watched).and_then(|turns| check(&turns));
    if ended.is_err() {
        // What the page would have taken away.
        let namespaces = [NAMESPACE, "flagger-system", "gamma-system"];
        let delete = ["delete", "namespace", "--ignore-not-found"];
        kubectl(&[&delete[..], &namespaces].concat())?;
    }
    Pair::remove_all()?;
    ended
}

/// Requests for as long as Flagger is at work.
fn watch(turns: &mut Turns<'_>, is_finished: impl Fn() -> bool) -> Result<Vec<WeightTurn>> {
    let begin = Instant::now();
    let mut seen: Vec<WeightTurn> = Vec::new();
    let mut current = None;
    let mut phases = Phases::default();
    while !is_finished() {
        ensure!(begin.elapsed() < PATIENCE, "Flagger is not done");
        let now = weight(&mut phases)?;
        if now != current {
            let counts = turns.end()?;
            seen.extend(current.map(|weight| WeightTurn { weight, counts }));
            current = now;
            if now.is_some() {
                turns.begin(vec![Send {
                    address: address(NAMESPACE, NAME)?,
                    protocol: Protocol::Http,
                    request: Request::get(NAME, "/cgi-bin/web"),
                }])?;
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
    turns.end()?;
    Ok(seen)
}

/// When Flagger was seen to be done with something.
#[derive(Default)]
struct Phases {
    initialized: Option<Instant>,
    failed: Option<Instant>,
}

/// The weight of the new version, from when Flagger has set everything up until a while after a version has failed.
fn weight(phases: &mut Phases) -> Result<Option<u32>> {
    let optional = |kind: &str| -> Result<Option<Value>> {
        let found = get(&["-n", NAMESPACE, kind, "--ignore-not-found"]);
        // Before the page has installed Flagger there is no such kind.
        let Ok(found) = found else { return Ok(None) };
        Ok(found.pointer("/items/0").cloned())
    };
    let Some(canary) = optional("canary.flagger.app")? else {
        return Ok(None);
    };
    let phase = canary.pointer("/status/phase").and_then(Value::as_str);
    // Until then it starts pods of its own, and takes away those that requests went to.
    if matches!(phase, None | Some("" | "Initializing")) {
        return Ok(None);
    }
    if phases
        .initialized
        .get_or_insert_with(Instant::now)
        .elapsed()
        < UNHEARD
    {
        return Ok(None);
    }
    // Its pods go, which takes them five seconds, and then the page takes everything away.
    if phase == Some("Failed")
        && phases.failed.get_or_insert_with(Instant::now).elapsed() > AFTERWARDS
    {
        return Ok(None);
    }
    let Some(route) = optional("httproute")? else {
        return Ok(None);
    };
    let weight = route.pointer("/spec/rules/0/backendRefs/1/weight");
    let weight = weight.and_then(Value::as_u64).context("a weight")?;
    Ok(Some(u32::try_from(weight)?))
}

/// Whether the client's sidecar has had nobody to send a request to.
fn is_of_no_pod((status, text): (u16, &str)) -> bool {
    const CONNECTIONS: &str = "upstream connect error or disconnect/reset before headers";
    status == 503 && (text == "no healthy upstream" || text.starts_with(CONNECTIONS))
}

fn check(turns: &[WeightTurn]) -> Result<()> {
    let weights: Vec<u32> = turns.iter().map(|turn| turn.weight).collect();
    for WeightTurn { weight, counts } in turns {
        let all: usize = counts.iter().map(|counted| counted.times).sum();
        println!("weight {weight}: {all} answers");
    }
    ensure!(weights == WEIGHTS, "the weights were {weights:?}");
    for (number, WeightTurn { weight, counts }) in turns.iter().enumerate() {
        // The first version, a second that takes its place, and a third that fails.
        let new = if number < 5 { "version 2" } else { "version 3" };
        let (mut from_new, mut without_pods, mut all) = (0, 0, 0);
        for counted in counts {
            let Counted { outcome, times, .. } = counted;
            let answer = (outcome.status, outcome.text.trim());
            // Flagger takes the failing version's pods away together with its weight: the last of its requests
            // find none, or one whose sidecar takes no connection any more.
            if number > 5 && is_of_no_pod(answer) {
                println!("turn {number}: {counted}");
                without_pods += times;
                continue;
            }
            let known = [(200, "version 1"), (200, "version 2"), (500, "version 3")];
            ensure!(
                known.contains(&answer),
                "turn {number}, weight {weight}: {counted}"
            );
            all += times;
            from_new += if answer.1 == new { *times } else { 0 };
        }
        ensure!(
            without_pods * 50 < all,
            "turn {number}: {without_pods} of {all} found no pod"
        );
        follows(from_new, all, *weight).with_context(|| format!("turn {number}"))?;
    }
    Ok(())
}
