//! Without an admin interface that gammactl knows of: pauses instead of questions.

use gamma_testbed::{
    shop::{EditedShop, backend, get, load, rule},
    stage::wasm,
};

#[test]
fn pauses_do_where_nobody_can_be_asked() {
    let mut shop = EditedShop::saved();
    // The Envoy needs one, to be found.
    let admin = shop.admin.address().to_string();
    let first = shop
        .command_at("envoy", &wasm(), &["--admin", &admin])
        .output();
    assert!(first.unwrap().status.success());
    let envoy = shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    let load = load(address);
    let mut last = String::from("base");
    for round in 0..3 {
        let name = format!("new-{round}");
        let echo = shop.echo(&name);
        shop.services.insert(name.clone(), vec![echo]);
        shop.services.remove(&last);
        shop.rules = vec![rule("/", &[(&name, 1)], "")];
        shop.save();
        let pace = ["--pause", "300ms", "--drain", "500ms"];
        let output = shop.command_at("envoy", &wasm(), &pace).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(backend(&get(address, "front", "/")), name);
        last = name;
    }
    let sent = load.stop();
    assert!(sent.bad.is_empty() && sent.good > 100, "{sent:?}");
}
