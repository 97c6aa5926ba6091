//! What becomes of traffic when the VM of the filter traps, with the failure policy that `gammactl envoy` writes.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use gamma_compile::Options;
use gamma_testbed::{
    client::{Client, Request, WebSocket},
    envoy,
    gammactl::until,
    manifests,
    stage::{Backends, Stage},
};
use tempfile::TempDir;

/// Lets each VM's first request pass, and traps at its second one.
const MODULE: &str = r#"(module
    (memory (export "memory") 1)
    (global $requests (mut i32) (i32.const 0))
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
    (func (export "proxy_on_context_create") (param i32 i32))
    (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
    (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
        (global.set $requests (i32.add (global.get $requests) (i32.const 1)))
        (if (i32.gt_u (global.get $requests) (i32.const 1)) (then unreachable))
        (i32.const 0)))"#;

/// Sends requests to the cluster of `cart`, and traps at each VM's third one.
const ROUTES: &str = r#"(module
    (import "env" "proxy_replace_header_map_value"
        (func $set (param i32 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "x-gamma-cluster")
    (data (i32.const 32) "default/cart/80")
    (global $requests (mut i32) (i32.const 0))
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
    (func (export "proxy_on_context_create") (param i32 i32))
    (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
    (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
        (global.set $requests (i32.add (global.get $requests) (i32.const 1)))
        (if (i32.eq (global.get $requests) (i32.const 3)) (then unreachable))
        (call $set (i32.const 0) (i32.const 16) (i32.const 15) (i32.const 32) (i32.const 15))))"#;

fn stage(module: &str, route: &str, folder: &TempDir) -> (Backends, Stage) {
    let path = folder.path().join("traps.wasm");
    fs::write(&path, wat::parse_str(module).unwrap()).unwrap();
    let text = manifests::services(&["cart"]) + &manifests::http_route("cart", route);
    let backends = Backends::start(&manifests::read(&text).unwrap()).unwrap();
    let stage = Stage::start(
        &backends.manifests,
        &Options::default(),
        &path,
        &envoy::Options::default(),
    );
    (backends, stage.unwrap())
}

const ROUTE: &str =
    "    - matches: [{path: {value: /a}}]\n      backendRefs: [{name: cart, port: 80}]\n";

/// Envoy ends whatever it has asked the VM about: a request that waits for its backend, and a WebSocket.
#[test]
fn what_is_under_way_ends_with_its_vm() {
    let folder = tempfile::tempdir().unwrap();
    let (_backends, stage) = stage(ROUTES, ROUTE, &folder);
    let address = stage.address();
    let ask = |request: &Request| Client::new(address).send(request).unwrap().status;
    let request = Request::get("cart", "/a");
    let (_, socket) = WebSocket::connect(address, &request).unwrap();
    let mut socket = socket.unwrap();
    let slow = request.clone().header("x-echo-delay-ms", "10000");
    let waiting = thread::spawn(move || Client::new(address).send(&slow).unwrap().status);
    until("the slow request is with its backend", || {
        let stats = stage
            .envoy()
            .admin_get("/stats?filter=default/cart/80.upstream_rq_active");
        let stats = stats.unwrap();
        let both = stats.contains("upstream_rq_active: 2");
        both.then_some(()).ok_or(stats)
    })
    .unwrap();
    assert_eq!(ask(&request), 503);
    assert_eq!(waiting.join().unwrap(), 503);
    assert!(socket.receive().is_err());
    until("there is a new VM", || match ask(&request) {
        200 => Ok(()),
        status => Err(status.to_string()),
    })
    .unwrap();
    let reloads = stage
        .envoy()
        .admin_get("/stats?filter=vm_reload_success")
        .unwrap();
    assert!(reloads.contains("vm_reload_success: 1"), "{reloads}");
}

/// A second is Envoy's own pause before it makes a new one.
#[test]
fn a_vm_that_traps_answers_503_until_there_is_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let (_backends, stage) = stage(MODULE, ROUTE, &folder);
    // What no filter has decided has no route in this Envoy.
    let ask = || {
        let request = Request::get("cart", "/a");
        Client::new(stage.address()).send(&request).unwrap().status
    };
    assert_eq!(ask(), 404);
    let trapped = Instant::now();
    assert_eq!(ask(), 503);
    let mut refused = 1;
    loop {
        match ask() {
            503 => refused += 1,
            status => break assert_eq!(status, 404),
        }
        assert!(trapped.elapsed() < Duration::from_secs(30), "no new VM");
        thread::sleep(Duration::from_millis(20));
    }
    println!("{refused} requests in {:?}", trapped.elapsed());
    assert!(refused > 1, "the first one after a trap was served");
}
