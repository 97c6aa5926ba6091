//! A fault behind a rule is that rule's: what clients get, how often it is tried, and that nobody else notices.

use std::{
    io,
    time::{Duration, Instant},
};

use gamma_testbed::{
    client::{Client, GrpcClient, Request, Response},
    load::Load,
};

use crate::world::{AUTHORITIES, World};

/// How long an answer may take that nothing delays.
const SOON: Duration = Duration::from_secs(5);

/// The answers to a request over HTTP/1.1 and HTTP/2, and how long they took together.
fn ask(world: &World, rule: &str) -> (Vec<io::Result<Response>>, Duration) {
    let request = Request::get("cart", format!("/{rule}")).header("content-type", "text/plain");
    let begin = Instant::now();
    let http1 = Client::new(world.stage.address()).send(&request);
    let mut http2 = GrpcClient::new(world.stage.address()).unwrap();
    let http2 = http2.send(&request).map(|answer| answer.response);
    (vec![http1, http2], begin.elapsed())
}

/// Both answers have `status` and, where Gamma gave them, its `reason`.
fn assert_answered(world: &World, rule: &str, status: u16, reason: Option<&str>) -> Duration {
    let (answers, took) = ask(world, rule);
    for answer in answers {
        let answer = answer.unwrap_or_else(|error| panic!("{rule}: {error}"));
        assert_eq!(answer.status, status, "{rule}: {answer:?}");
        assert_eq!(answer.header("x-gamma-reason").as_deref(), reason, "{rule}");
    }
    assert!(took < 2 * SOON, "{rule}: {took:?}");
    took
}

/// How many of `count` requests over HTTP/1.1 got 200; the others got 503.
fn good_of(world: &World, rule: &str, count: usize) -> usize {
    let mut client = Client::new(world.stage.address());
    let statuses: Vec<u16> = (0..count)
        .map(|_| {
            client
                .send(&Request::get("cart", format!("/{rule}")))
                .unwrap()
                .status
        })
        .collect();
    let good = statuses.iter().filter(|status| **status == 200).count();
    let bad = statuses.iter().filter(|status| **status == 503).count();
    assert_eq!(good + bad, count, "{rule}: {statuses:?}");
    good
}

#[test]
fn a_fault_is_its_own_rules() {
    let world = World::start();
    let vms = vms(&world);
    let load = Load::start(world.stage.address(), &[Request::get("cart", "/good")]);

    backends_that_fail(&world);
    backends_that_hang(&world);
    copies_and_shares(&world);
    services_that_are_asked(&world);

    let sent = load.stop();
    assert!(sent.bad.is_empty() && sent.good > 100, "{sent:?}");
    counters_tell_why(&world);
    assert_eq!(vms, self::vms(&world));
    let log = world.stage.envoy().log();
    assert!(
        !log.contains("[critical]") && !log.contains("panicked"),
        "{}",
        world.stage.envoy().log_tail()
    );
}

/// How many VMs were made, and how often one was made in place of one that had trapped.
fn vms(world: &World) -> Vec<String> {
    let stats = world
        .stage
        .envoy()
        .admin_get("/stats?filter=v8.created|vm_reload")
        .unwrap();
    let lines: Vec<String> = stats.lines().map(str::to_owned).collect();
    assert!(
        lines
            .iter()
            .any(|line| line == "wasm.gamma.vm_reload_success: 0"),
        "{lines:?}"
    );
    lines
}

fn backends_that_fail(world: &World) {
    for (rule, status) in [
        ("dead", 503),
        ("early", 503),
        ("garbage", 502),
        ("half-head", 502),
        ("many-headers", 502),
    ] {
        assert_answered(world, rule, status, None);
    }
    // The status has been sent when the rest fails to come.
    for rule in ["cut", "reset"] {
        for answer in ask(world, rule).0 {
            assert!(answer.is_err(), "{rule}: {answer:?}");
        }
    }
    let before = world.requests("early");
    assert_answered(world, "early-retried", 503, None);
    assert_eq!(world.requests("early") - before, 2 * 3);
}

fn backends_that_hang(world: &World) {
    let took = assert_answered(world, "hang", 504, None);
    assert!(took >= Duration::from_millis(400), "{took:?}");
    let before = world.requests("hang");
    assert_answered(world, "hang-retried", 504, None);
    assert_eq!(world.requests("hang") - before, 2 * 3);
    // Twenty that nobody ends: the load beside them would notice.
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let request = Request::get("cart", "/hang-for-ever");
            gamma_testbed::client::stream(world.stage.address(), &request).unwrap()
        })
        .collect();
    gamma_testbed::gammactl::until("all are there", || {
        let come = world.requests("hang") - before;
        (come >= 6 + waiting.len())
            .then_some(())
            .ok_or(come.to_string())
    })
    .unwrap();
    assert_answered(world, "good", 200, None);
    drop(waiting);
}

fn copies_and_shares(world: &World) {
    for rule in ["mirror-dead", "mirror-hang"] {
        for _ in 0..5 {
            assert_answered(world, rule, 200, None);
        }
    }
    // Of 400 fair draws fewer than 140 or more than 260 come once in a billion runs.
    let good = good_of(world, "split", 400);
    assert!((140..=260).contains(&good), "{good}");
    // Endpoints take turns, but each of two workers has turns of its own.
    let good = good_of(world, "half", 100);
    assert!((30..=70).contains(&good), "{good}");
    assert_eq!(good_of(world, "half-retried", 100), 100);
}

/// "Fail closed."
fn services_that_are_asked(world: &World) {
    let before = world.good.received().len();
    let of_load = || {
        world
            .good
            .received()
            .iter()
            .filter(|echoed| echoed.path == "/good")
            .count()
    };
    let load_before = of_load();
    for authority in AUTHORITIES {
        let rule = format!("auth-{authority}");
        assert_answered(world, &rule, 403, Some("external-auth-failed"));
    }
    let received = world.good.received();
    let beside = received[before..]
        .iter()
        .filter(|echoed| echoed.path != "/good")
        .count();
    assert_eq!(beside, 0, "a request went on that nobody had allowed");
    assert!(of_load() > load_before);
}

fn counters_tell_why(world: &World) {
    let metrics = world.stage.envoy().admin_get("/stats/prometheus").unwrap();
    let has = |wanted: &str| {
        let found = metrics.lines().any(|line| line == wanted);
        let ours: Vec<_> = metrics
            .lines()
            .filter(|line| line.starts_with("gamma_"))
            .collect();
        assert!(found, "{wanted}\n{ours:#?}");
    };
    for authority in AUTHORITIES {
        has(&format!(
            r#"gamma_requests_total{{answer="external-auth-failed",route="HTTPRoute/default/asked",rule="auth-{authority}"}} 2"#
        ));
    }
    for (rule, backend, code) in [
        ("dead", "dead", 503),
        ("early", "early", 503),
        ("garbage", "garbage", 502),
        ("hang", "hang", 504),
    ] {
        has(&format!(
            r#"gamma_requests_total{{answer="forwarded",route="HTTPRoute/default/cart",rule="{rule}",backend="default/{backend}/80"}} 2"#
        ));
        has(&format!(
            r#"gamma_responses_total{{route="HTTPRoute/default/cart",rule="{rule}",backend="default/{backend}/80",code="{code}"}} 2"#
        ));
    }
    has(
        r#"gamma_mirrored_total{route="HTTPRoute/default/copied",rule="mirror-dead",backend="default/dead/80"} 10"#,
    );
}
