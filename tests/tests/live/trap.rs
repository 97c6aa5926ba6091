//! What becomes of traffic when the VM of the filter traps, with the failure policy that `gammactl envoy` writes.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use gamma_compile::Options;
use gamma_testbed::{
    client::{Client, Request},
    envoy, manifests,
    stage::Stage,
};

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

/// A second is Envoy's own pause before it makes a new one.
#[test]
fn a_vm_that_traps_answers_503_until_there_is_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("traps.wasm");
    fs::write(&module, wat::parse_str(MODULE).unwrap()).unwrap();
    let route =
        "    - matches: [{path: {value: /a}}]\n      backendRefs: [{name: cart, port: 80}]\n";
    let text = manifests::services(&["cart"]) + &manifests::http_route("cart", route);
    let stage = Stage::start(
        &manifests::read(&text).unwrap(),
        &Options::default(),
        &module,
        &envoy::Options::default(),
    )
    .unwrap();
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
