//! More Services than Envoy can watch files for.

use gamma_testbed::shop::{EditedShop, backend, get, load, rule};

#[test]
fn many_services_come_change_and_go() {
    let mut shop = EditedShop::saved();
    let update = |shop: &EditedShop| {
        let output = shop.command(&["--drain", "200ms"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    update(&shop);
    let envoy = shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    let load = load(address);
    let [one, other] = ["one", "other"].map(|name| shop.echo(name));
    for i in 0..150 {
        shop.services.insert(format!("s{i}"), vec![one]);
    }
    shop.rules = vec![rule("/", &[("s7", 1)], "")];
    shop.save();
    update(&shop);
    assert_eq!(backend(&get(address, "front", "/")), "one");
    // Its endpoints move, and then it goes.
    shop.services.insert("s7".into(), vec![other]);
    shop.save();
    update(&shop);
    assert_eq!(backend(&get(address, "front", "/")), "other");
    shop.rules = vec![rule("/", &[("s8", 1)], "")];
    shop.services.remove("s7");
    shop.save();
    update(&shop);
    assert_eq!(backend(&get(address, "front", "/")), "one");
    shop.services.retain(|name, _| !name.starts_with('s'));
    shop.rules = vec![rule("/", &[("base", 1)], "")];
    shop.save();
    update(&shop);
    assert_eq!(backend(&get(address, "front", "/")), "base");
    let sent = load.stop();
    assert!(sent.bad.is_empty() && sent.good > 100, "{sent:?}");
}
