//! Envoy numbers each definition of a counter and forgets none of them: see `filter/src/defined_counters.rs`.

use gamma_interpreter::{Vm, modules};

const REQUEST: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "http"),
    (":authority", "cart.shop"),
    (":path", "/items"),
];

#[test]
fn a_counter_is_defined_once_however_many_configs_count_by_it() {
    let mut vm = Vm::load(&modules::lean().unwrap()).unwrap();
    for edition in 0..10 {
        let config = format!(
            r#"{{"version": 1, "services": [{{"namespace": "shop", "name": "cart", "ports": [{{"port": 80,
            "cluster": "shop/cart/80", "producer": {{"rules": [{{"route": "HTTPRoute/shop/cart", "name": "0",
            "filters": [{{"requestHeaderModifier": {{"set": [{{"name": "x-edition",
            "value": "{edition}"}}]}}}}], "backendRefs": [{{"cluster": "shop/cart/80"}}]}}]}}}}]}}]}}"#
        );
        let (accepted, _) = vm.configure(&config).unwrap();
        assert!(accepted, "{:?}", vm.take_log());
        for _ in 0..2 {
            vm.request(&REQUEST).unwrap();
        }
    }
    let counted: Vec<_> = vm.counters().iter().map(|(_, count)| *count).collect();
    assert_eq!(counted, [20], "{:?}", vm.counters());
}
