//! A hundred changes under load, over every protocol: each answer is the old config's or the new one's, and what is open
//! stays open.

use std::time::{Duration, Instant};

use gamma_testbed::{
    client::Request,
    gammactl::until,
    shop::{backend, rule},
};

use crate::{
    requests::Requests,
    streams::Streams,
    world::{Seen, World},
};

const ROUNDS: usize = 10;

/// A change, made in a round: whether the first rule is another one after it, and what has to be seen of it.
type Edit = fn(&mut World, usize) -> (bool, Seen);

const EDITS: [(&str, Edit); 10] = [
    ("a Service comes", a_service_comes),
    ("a rule comes", a_rule_comes),
    ("weights move", weights_move),
    ("filters come", filters_come),
    ("endpoints are added", endpoints_are_added),
    ("endpoints move", endpoints_move),
    ("retries back off", retries_back_off),
    ("a timeout comes", a_timeout_comes),
    ("sessions begin", sessions_begin),
    ("all of it goes", all_of_it_goes),
];

fn new(round: usize) -> String {
    format!("new-{round}")
}

fn is_from(path: &str, name: String, of: usize) -> Seen {
    Seen {
        request: Request::get("front", path),
        of,
        is: Box::new(move |response| backend(response) == name),
    }
}

/// Requests go to it with the change that brings it.
fn a_service_comes(world: &mut World, round: usize) -> (bool, Seen) {
    let name = new(round);
    let address = world.shop.echo(&name);
    world.shop.services.insert(name.clone(), vec![address]);
    world.rules.push(rule("/new", &[(&name, 1)], ""));
    (false, is_from("/new", name, 1))
}

fn a_rule_comes(world: &mut World, round: usize) -> (bool, Seen) {
    world.rules.push(format!(
        "{{matches: [{{path: {{value: /more}}}}], filters: [{{type: RequestRedirect, requestRedirect: \
         {{hostname: round-{round}.example, statusCode: 302}}}}]}}"
    ));
    let location = format!("http://round-{round}.example/more");
    let seen = Seen {
        request: Request::get("front", "/more"),
        of: 1,
        is: Box::new(move |response| response.header("location").is_some_and(|l| l == location)),
    };
    (true, seen)
}

fn weights_move(world: &mut World, round: usize) -> (bool, Seen) {
    let share = u32::try_from(round % 3).unwrap();
    world.backends = vec![("base".into(), share), (new(round), 2)];
    (true, is_from("/", new(round), 20))
}

/// A copy needs a callback and a route more than before, which is another VM.
fn filters_come(world: &mut World, round: usize) -> (bool, Seen) {
    let header = format!("round-{round}");
    world.filters = format!(
        ", {{type: ResponseHeaderModifier, responseHeaderModifier: {{set: [{{name: x-round, value: {header}}}]}}}}, \
         {{type: RequestMirror, requestMirror: {{backendRef: {{name: front, port: 80}}}}}}"
    );
    let seen = Seen {
        request: Request::get("front", "/"),
        of: 1,
        is: Box::new(move |response| response.header("x-round").is_some_and(|h| h == header)),
    };
    (true, seen)
}

fn endpoints_are_added(world: &mut World, round: usize) -> (bool, Seen) {
    let more = format!("{}+more", new(round));
    let address = world.shop.echo(&more);
    world
        .shop
        .services
        .get_mut(&new(round))
        .unwrap()
        .push(address);
    (false, is_from("/new", more, 20))
}

fn endpoints_move(world: &mut World, round: usize) -> (bool, Seen) {
    let moved = format!("{}+moved", new(round));
    let address = world.shop.echo(&moved);
    world.shop.services.insert(new(round), vec![address]);
    (false, is_from("/new", moved, 1))
}

/// A route of Envoy's own for each back-off.
fn retries_back_off(world: &mut World, round: usize) -> (bool, Seen) {
    let retry = format!(
        ", retry: {{codes: [503], attempts: 2, backoff: {}ms}}",
        10 + round
    );
    world.rules[0] = rule("/new", &[(&new(round), 1)], &retry);
    let seen = Seen {
        request: Request::get("front", "/new")
            .header("x-echo-status", "503")
            .header("x-echo-first", "1"),
        of: 1,
        is: Box::new(|response| response.status == 200),
    };
    (false, seen)
}

fn a_timeout_comes(world: &mut World, round: usize) -> (bool, Seen) {
    world.rules[0] = rule("/new", &[(&new(round), 1)], ", timeouts: {request: 200ms}");
    let seen = Seen {
        request: Request::get("front", "/new").header("x-echo-delay-ms", "5000"),
        of: 1,
        is: Box::new(|response| response.status == 504),
    };
    (false, seen)
}

/// The clusters of both backends are others from then on.
fn sessions_begin(world: &mut World, _: usize) -> (bool, Seen) {
    world.fields = ", sessionPersistence: {sessionName: basket, type: Cookie}".into();
    let seen = Seen {
        request: Request::get("front", "/"),
        of: 1,
        is: Box::new(|response| response.header("set-cookie").is_some()),
    };
    (true, seen)
}

/// In the middle of it all, the cluster of a gRPC stream that is open goes as well.
fn all_of_it_goes(world: &mut World, round: usize) -> (bool, Seen) {
    world.shop.services.remove(&new(round));
    world.backends = vec![("base".into(), 1)];
    world.filters.clear();
    world.fields.clear();
    world.rules.clear();
    if round == ROUNDS / 2 {
        // It goes on serving who is connected.
        world.gone_talks.push(world.talks.pop().unwrap());
    }
    (true, is_from("/new", "base".into(), 1))
}

#[test]
fn a_hundred_changes_lose_nothing() {
    let mut world = World::new();
    let first = world.shop.command(&[]).output().unwrap();
    assert!(first.status.success(), "{first:?}");
    let envoy = world.shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    let requests = Requests::start(address, &world.editions);
    let mut streams = Streams::default();
    for (to, _) in &world.talks {
        streams.grpc(address, to);
    }
    streams.websocket(address, "/", "base");

    let begin = Instant::now();
    let mut took: Vec<Duration> = Vec::new();
    for round in 0..ROUNDS {
        for (i, (what, edit)) in EDITS.iter().enumerate() {
            let what = format!("{what}, round {round}");
            let (is_edition, seen) = edit(&mut world, round);
            took.push(world.apply(is_edition));
            world.assert_obeyed(address, &seen, &what);
            if i == 0 {
                streams.grpc(address, "a");
                streams.websocket(address, "/new", &new(round));
            }
        }
    }
    took.sort_unstable();
    eprintln!(
        "{} changes in {:?}, half of them within {:?}",
        took.len(),
        begin.elapsed(),
        took[took.len() / 2]
    );
    until("what is left goes", || {
        let clusters = envoy.admin_get("/clusters").unwrap();
        let there = clusters.contains("new-") || clusters.contains("talk-b");
        (!there).then_some(()).ok_or(clusters)
    })
    .unwrap();

    let (good, bad) = requests.stop();
    let (messages, broken) = streams.stop();
    eprintln!("{good} requests, {messages} messages in streams");
    assert!(
        bad.is_empty(),
        "{} of {good}: {:#?}\n{}",
        bad.len(),
        &bad[..bad.len().min(20)],
        envoy.log_tail()
    );
    assert!(broken.is_empty(), "{broken:#?}\n{}", envoy.log_tail());
    assert!(
        good > took.len() && messages > took.len(),
        "{good} {messages}"
    );
    let stats = envoy
        .admin_get("/stats?filter=active_rq|vm_reload_success")
        .unwrap();
    for none in ["downstream_cx_destroy_local_active_rq", "vm_reload_success"] {
        let counts = stats.lines().filter(|line| line.contains(none));
        let wrong: Vec<_> = counts.filter(|line| !line.ends_with(": 0")).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    let log = envoy.log();
    let errors: Vec<_> = log
        .lines()
        .filter(|l| l.contains("[error]") || l.contains("[critical]"))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
