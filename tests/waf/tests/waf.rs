//! The file for other hosts in `waf-wasm`: it decides by host and path, answers what needs no proxy, and refuses what
//! it can't hand over. A firewall has no upstreams to choose from.

use waf_core::{Decision, WafModule, testkit::Request};
use waf_wasm::{WasmModule, WasmOptions};

const CONFIG: &[u8] = br#"{"version": 1, "settings": {"clientNamespace": "shop"},
    "services": [{"namespace": "shop", "name": "cart", "ports": [{"port": 80, "cluster": "cart", "producer": {"rules": [
      {"matches": [{"path": {"value": "/moved"}}], "filters": [{"requestRedirect": {"port": 81}}]},
      {"matches": [{"path": {"value": "/forwarded"}}], "backendRefs": [{"cluster": "cart"}]}]}}]}]}"#;

/// Bytes of memory and instructions that are more than the filter needs for a config like this.
const OPTIONS: WasmOptions = WasmOptions {
    pool_size: 1,
    fuel_per_request: 10_000_000,
    max_memory_bytes: 16 << 20,
    checkout_timeout: std::time::Duration::from_secs(1),
};

fn status(host: &str, path: &str) -> u16 {
    let wasm = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../dist/gamma-filter-compat.wasm"
    );
    let wasm = std::fs::read(wasm).expect("run `make modules`");
    let (filter, _) = WasmModule::from_bytes("gamma", &wasm, CONFIG, &OPTIONS).unwrap();
    let request = Request::new().header("host", host).path(path).build();
    match filter.inspect(&request) {
        Decision::Allow => 200,
        Decision::Reject { status, .. } => status,
        Decision::Block { .. } => 403,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_needs_no_proxy_is_answered_and_the_rest_is_refused() {
    assert_eq!(status("cart", "/nowhere"), 404);
    assert_eq!(status("cart", "/moved"), 302);
    assert_eq!(
        status("cart", "/forwarded"),
        500,
        "nobody could be told the cluster"
    );
    assert_eq!(
        status("elsewhere", "/"),
        200,
        "none of the filter's business"
    );
}
