//! How long a change takes, from the moment at which it is saved to the first request that obeys it.

use std::{
    net::SocketAddr,
    process::Command,
    time::{Duration, Instant},
};

use gamma_testbed::{
    client::{Client, Request},
    gammactl::{Running, until},
    shop::{EditedShop, rule},
};

/// An odd number: the one in the middle is what is looked at.
const CHANGES: usize = 15;
/// "Well under a second", on a machine that has other things to do.
const BOUND: Duration = Duration::from_millis(900);

/// Rewrites the route: the backend is told `x-change: {change}`.
fn save(shop: &mut EditedShop, change: usize) {
    let more = format!(
        ", filters: [{{type: RequestHeaderModifier, requestHeaderModifier: {{set: [{{name: x-change, value: '{change}'}}]}}}}]"
    );
    shop.rules = vec![rule("/", &[("base", 1)], &more)];
    shop.save();
}

/// Waits for the first answer that obeys `change`; one before it is what was there before.
fn until_obeyed(address: SocketAddr, change: usize) {
    let wanted = change.to_string();
    let mut client = Client::new(address);
    let begin = Instant::now();
    loop {
        let answer = client.send(&Request::get("front", "/")).unwrap();
        let echoed = answer.echoed().unwrap();
        if echoed.header("x-change").any(|value| value == wanted) {
            return;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "{change} is not obeyed"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn assert_fast(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let (median, slowest) = (took[CHANGES / 2], took[CHANGES - 1]);
    eprintln!("{what}: {median:?}, the slowest {slowest:?}");
    assert!(median < BOUND, "{what}: {took:?}");
}

#[test]
fn a_change_is_obeyed_well_within_a_second() {
    let mut shop = EditedShop::saved();
    let run = |mut command: Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    run(shop.command(&[]));
    let envoy = shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();

    let (mut obeyed, mut returned) = (Vec::new(), Vec::new());
    for change in 0..CHANGES {
        save(&mut shop, change);
        let begin = Instant::now();
        let asker = std::thread::spawn(move || {
            until_obeyed(address, change);
            begin.elapsed()
        });
        run(shop.command(&[]));
        returned.push(begin.elapsed());
        obeyed.push(asker.join().unwrap());
    }
    assert_fast("gammactl envoy, until obeyed", obeyed);
    assert_fast("gammactl envoy, until it returns", returned);

    let watching = Running::start(shop.command(&["--watch"])).unwrap();
    until("it looks", || {
        let out = watching.out();
        out.contains("Envoy has it").then_some(()).ok_or(out)
    })
    .unwrap();
    let mut obeyed = Vec::new();
    for change in CHANGES..2 * CHANGES {
        let begin = Instant::now();
        save(&mut shop, change);
        until_obeyed(address, change);
        obeyed.push(begin.elapsed());
    }
    assert_fast("--watch, until obeyed", obeyed);
}
