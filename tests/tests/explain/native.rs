//! Explained and decided by the same router.

use std::collections::BTreeMap;

use fastrand::Rng;
use gamma_carried::CarriedRequest;
use gamma_explain::{
    AppliedRoutesKind, ExplainedAction, ExplainedOutcome, Explanation, admit, render,
    request::Simulated,
};
use gamma_random::{NAMESPACES, pick, variable};
use gamma_router::{Action as Decided, Decision, Router};

use crate::world::{World, simulated};

/// Requests for each set of routes.
const REQUESTS: u64 = 250;

#[test]
fn explanations_are_what_the_router_decides() {
    let pairs: u64 = variable("PAIRS", 100_000);
    let seed: u64 = variable("SEED", 1);
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for set in 0..pairs.div_ceil(REQUESTS) {
        let mut rng = Rng::with_seed(seed.rotate_left(32) ^ set);
        let objects = gamma_random::objects(&mut rng);
        let world = World::new(&objects, "shop");
        for number in 0..REQUESTS {
            let request = gamma_random::request(&mut rng, &objects);
            let client = pick(&mut rng, &["shop", NAMESPACES[1], NAMESPACES[2]]);
            let request = simulated(&request, client);
            let router = world.explainer.router(client).unwrap();
            let explanation = world.explainer.explain(&request).unwrap();
            let Ok(admitted) = admit(&request) else {
                assert!(explanation.is_refused(), "{}", render(&explanation, false));
                *counts.entry("refused".into()).or_default() += 1;
                continue;
            };
            if let Err(why) = check(&explanation, &admitted.request, &router, &mut rng) {
                let said = render(&explanation, false);
                panic!("SEED={seed}, set {set}, request {number}: {why}\n{said}");
            }
            *counts.entry(kind(&explanation)).or_default() += 1;
        }
    }
    println!("seed {seed}: {counts:?}");
    let rare = ["consumer", "none", "producer", "runner-up", "split"];
    for kind in rare.iter().filter(|_| pairs >= 100_000) {
        let seen: u64 = counts
            .iter()
            .filter(|(kinds, _)| kinds.contains(kind))
            .map(|(_, count)| count)
            .sum();
        assert!(seen * 200 > pairs, "{kind} hardly ever happens: {counts:?}");
    }
}

fn check(
    explanation: &Explanation,
    request: &Simulated,
    router: &Router,
    rng: &mut Rng,
) -> Result<(), String> {
    let same = |what: &str, good: bool| good.then_some(()).ok_or_else(|| what.to_owned());

    // The first that holds wins, and nothing else does.
    let holding = explanation
        .candidates
        .iter()
        .position(|c| c.failed.is_none());
    same(
        "the winner is not the first that holds",
        explanation.winner == holding,
    )?;
    if let Some(runner_up) = &explanation.runner_up {
        let candidate = &explanation.candidates[runner_up.candidate];
        let is_after = Some(runner_up.candidate) > explanation.winner;
        same("the runner-up is not after the winner", is_after)?;
        same("the runner-up does not hold", candidate.failed.is_none())?;
        same(
            "why it is after the winner",
            !runner_up.criterion.text.is_empty(),
        )?;
    }
    let sum: f64 = explanation.outcomes.iter().map(|o| o.share).sum();
    same("the shares are not one whole", (sum - 1.0).abs() < 1e-9)?;

    for _ in 0..4 {
        request.with(|asked| {
            let decision = router.decide(asked, rng);
            let rule = decision
                .rule
                .map(|rule| router.rule(rule).unwrap().full_name().to_owned());
            let explained = explanation.rule().map(ToString::to_string);
            same(&format!("{explained:?} is not {rule:?}"), explained == rule)?;
            let outcomes = &explanation.outcomes;
            let is_it = outcomes
                .iter()
                .any(|outcome| is(outcome, &decision, router, request));
            same(&format!("no outcome is {decision:?}"), is_it)
        })?;
    }
    Ok(())
}

fn is(
    outcome: &ExplainedOutcome,
    decision: &Decision,
    router: &Router,
    request: &Simulated,
) -> bool {
    let backend = outcome.backend.as_ref().map(|backend| backend.index);
    let decided = decision.backend.map(|backend| backend.index());
    backend == decided
        && match (&outcome.action, &decision.action) {
            (ExplainedAction::PassThrough, Decided::PassThrough) => true,
            (
                ExplainedAction::Forward {
                    cluster,
                    authority,
                    path,
                    ..
                },
                Decided::Forward { cluster: to, .. },
            ) => {
                let line = &request.line;
                let carried = CarriedRequest::new(&line.authority, &line.path, [], false)
                    .carry_out(router, decision);
                Some(&**cluster) == router.cluster(*to)
                    && *authority == carried.authority
                    && *path == carried.path
            }
            (
                ExplainedAction::Redirect { status, location },
                Decided::Redirect {
                    status: code,
                    location: to,
                },
            ) => status == code && location.as_bytes() == to,
            (ExplainedAction::Preflight { status: 204 }, Decided::Preflight) => true,
            (ExplainedAction::Reply { status, reason, .. }, Decided::Reply(decided)) => {
                *status == decided.status() && reason == decided.as_str()
            }
            _ => false,
        }
}

/// What it shows, for counting.
fn kind(explanation: &Explanation) -> String {
    let mut kind = match explanation.routes.kind {
        AppliedRoutesKind::Producer => "producer",
        AppliedRoutesKind::Consumer => "consumer",
        AppliedRoutesKind::None => "none",
    }
    .to_owned();
    if explanation.runner_up.is_some() {
        kind.push_str(" runner-up");
    }
    if explanation.outcomes.len() > 1 {
        kind.push_str(" split");
    }
    kind
}
