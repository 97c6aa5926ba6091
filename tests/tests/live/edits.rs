//! Fifty edits under load, and not one failed request.

use std::{net::SocketAddr, time::Instant};

use gamma_testbed::{
    client::{Client, Request, Response},
    gammactl::{Running, until},
    load::Load,
    shop::{EditedShop, backend, get, rule},
};

/// What has to be seen once an edit has taken effect.
type Seen = (Request, Box<dyn Fn(&Response) -> bool>);

fn answers(host: &str, path: &str, name: &str) -> Seen {
    let name = name.to_owned();
    (
        Request::get(host, path),
        Box::new(move |r| backend(r) == name),
    )
}

/// Each edit, made in `round`, with what has to be seen of it.
const EDITS: [fn(&mut EditedShop, usize) -> Seen; 8] = [
    a_service_comes,
    a_rule_comes,
    weights_move,
    a_filter_comes,
    endpoints_are_added,
    endpoints_move,
    retries_back_off,
    all_of_it_goes,
];

fn new(round: usize) -> String {
    format!("new-{round}")
}

/// Requests go to it with the edit that brings it.
fn a_service_comes(shop: &mut EditedShop, round: usize) -> Seen {
    let name = new(round);
    let address = shop.echo(&name);
    shop.services.insert(name.clone(), vec![address]);
    shop.rules.push(rule("/new", &[(&name, 1)], ""));
    answers("front", "/new", &name)
}

fn a_rule_comes(shop: &mut EditedShop, round: usize) -> Seen {
    let name = new(round);
    shop.rules.push(rule("/more", &[(&name, 1)], ""));
    answers("front", "/more", &name)
}

fn weights_move(shop: &mut EditedShop, round: usize) -> Seen {
    let name = new(round);
    let share = u32::try_from(round % 3).unwrap();
    shop.rules[0] = rule("/", &[("base", share), (&name, 2)], "");
    answers("front", "/", &name)
}

fn a_filter_comes(shop: &mut EditedShop, round: usize) -> Seen {
    let header = format!("edit-{round}");
    let edit = format!(
        ", filters: [{{type: RequestHeaderModifier, requestHeaderModifier: \
         {{set: [{{name: x-edit, value: {header}}}]}}}}]"
    );
    shop.rules[0] = rule("/", &[("base", 1), (&new(round), 2)], &edit);
    let seen = move |response: &Response| {
        let echoed = response.echoed().unwrap();
        echoed.header("x-edit").any(|value| value == header)
    };
    (Request::get("front", "/"), Box::new(seen))
}

fn endpoints_are_added(shop: &mut EditedShop, round: usize) -> Seen {
    let more = format!("{}-more", new(round));
    let address = shop.echo(&more);
    shop.services.get_mut(&new(round)).unwrap().push(address);
    answers("front", "/new", &more)
}

fn endpoints_move(shop: &mut EditedShop, round: usize) -> Seen {
    let moved = format!("{}-moved", new(round));
    let address = shop.echo(&moved);
    shop.services.insert(new(round), vec![address]);
    answers("front", "/new", &moved)
}

fn retries_back_off(shop: &mut EditedShop, round: usize) -> Seen {
    let retry = format!(
        ", retry: {{codes: [503], attempts: 2, backoff: {}ms}}",
        10 + round
    );
    shop.rules[1] = rule("/new", &[(&new(round), 1)], &retry);
    let request = Request::get("front", "/new")
        .header("x-echo-status", "503")
        .header("x-echo-first", "1");
    (request, Box::new(|response| response.status == 200))
}

fn all_of_it_goes(shop: &mut EditedShop, round: usize) -> Seen {
    shop.services.remove(&new(round));
    shop.rules = vec![rule("/", &[("base", 1)], "")];
    answers("front", "/new", "base")
}

fn wait_for(address: SocketAddr, (request, seen): &Seen, why: &str) {
    let mut client = Client::new(address);
    until(why, || {
        let response = client.send(request).map_err(|error| error.to_string())?;
        match seen(&response) {
            true => Ok(()),
            false => Err(format!("{} {}", response.status, response.text())),
        }
    })
    .unwrap();
}

#[test]
fn envoy_follows_fifty_edits_under_load() {
    let mut shop = EditedShop::saved();
    let watching = Running::start(shop.command(&["--watch", "--drain", "1s"])).unwrap();
    until("the first files", || {
        let written = watching.out().contains("written");
        written.then_some(()).ok_or_else(|| watching.err())
    })
    .unwrap();
    let envoy = shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    let mut post = Request::new("POST", "front:80", "/post");
    post.body = b"body".repeat(1000);
    let load = Load::start(
        address,
        &[
            Request::get("front", "/"),
            Request::get("front", "/new"),
            // Still under way when its backend goes.
            Request::get("front", "/new/slow").header("x-echo-delay-ms", "300"),
            post,
        ],
    );

    let begin = Instant::now();
    let mut edits = 0;
    for round in 0..7 {
        for (i, edit) in EDITS.iter().enumerate() {
            let seen = edit(&mut shop, round);
            shop.save();
            wait_for(address, &seen, &format!("edit {i} of round {round}"));
            edits += 1;
        }
        match round {
            1 => {
                break_and_mend(&mut shop, &watching, address);
                edits += 2;
            }
            2 => {
                shop.route_file = "renamed.yaml".into();
                shop.rules.push(rule("/renamed", &[("front", 1)], ""));
                shop.save();
                wait_for(address, &answers("front", "/renamed", "front"), "renamed");
                edits += 1;
            }
            _ => {}
        }
    }
    let took = begin.elapsed();
    until("what is left goes", || {
        let clusters = envoy.admin_get("/clusters").unwrap();
        let there = clusters.contains("new-");
        (!there).then_some(()).ok_or(clusters)
    })
    .unwrap();

    let sent = load.stop();
    eprintln!("{edits} edits in {took:?}, {} requests", sent.good);
    let said = || {
        format!(
            "{}\n{}\n{}",
            watching.out(),
            watching.err(),
            envoy.log_tail()
        )
    };
    assert!(sent.bad.is_empty(), "{:?}\n{}", sent.bad, said());
    assert!(edits >= 50 && sent.good > 10 * edits, "{}", said());
    let lines = watching.out();
    let taken = lines.lines().filter(|line| line.contains("Envoy took it"));
    assert!(taken.count() >= edits - 2, "{}", said());
    // What Envoy itself says of connections that it closed under a request.
    let stats = envoy.admin_get("/stats?filter=with_active_rq").unwrap();
    let cut = "http.gamma.downstream_cx_destroy_local_active_rq";
    assert!(
        !stats.contains(cut) || stats.contains(&format!("{cut}: 0")),
        "{stats}"
    );
    assert_eq!(watching.signal("TERM").unwrap().code(), Some(0));
}

/// A file that is no YAML changes nothing, and one that is again does.
fn break_and_mend(shop: &mut EditedShop, watching: &Running, address: SocketAddr) {
    let before = watching.err().len();
    let path = shop.path("in").join(&shop.route_file);
    std::fs::write(&path, "spec: {rules: [").unwrap();
    until("the broken file is seen", || {
        let said = watching.err().split_off(before);
        let found = said.contains("G101") && said.contains("everything stays as it was");
        found.then_some(()).ok_or(said)
    })
    .unwrap();
    assert_eq!(backend(&get(address, "front", "/new")), "base");
    shop.rules.push(rule("/mended", &[("front", 1)], ""));
    shop.save();
    wait_for(address, &answers("front", "/mended", "front"), "mended");
}
