//! What Envoy refuses changes nothing, and can be tried again.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use gamma_testbed::{
    client::Request,
    load::Load,
    shop::{EditedShop, backend, get, rule},
    stage::wasm,
};

fn run(mut command: Command) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let said = String::from_utf8([stdout, stderr].concat()).unwrap();
    (status.code(), said)
}

/// As gammactl replaces files.
fn put(path: &Path, text: &str) {
    let beside = path.with_extension("test");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}

#[test]
fn a_refused_filter_changes_nothing() {
    let mut shop = EditedShop::new();
    let module = shop.path("filter.wasm");
    fs::copy(wasm(), &module).unwrap();
    let admin = shop.admin.address().to_string();
    let directory = shop.path("envoy");
    let update = |shop: &EditedShop| {
        run(shop.command_at("envoy", &module, &["--drain", "0s", "--admin", &admin]))
    };
    shop.save();
    let (code, said) = update(&shop);
    assert_eq!(
        (code, said.contains("no Envoy answers at")),
        (Some(0), true),
        "{said}"
    );
    let envoy = shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    let load = Load::start(address, &[Request::get("front", "/")]);
    let files = || {
        ["cds.json", "ecds.json", "rds/gamma.json"]
            .map(|file| fs::read_to_string(directory.join(file)).unwrap())
    };

    let before = files();
    fs::write(&module, "no module").unwrap();
    let more = shop.echo("more");
    shop.services.insert("more".into(), vec![more]);
    shop.rules = vec![rule("/", &[("more", 1)], "")];
    shop.save();
    // Whoever asks twice is not told that it was taken.
    for _ in 0..2 {
        let (code, said) = update(&shop);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("Envoy refuses the new filter"), "{said}");
        assert_eq!(files(), before);
        assert_eq!(backend(&get(address, "front", "/")), "base");
    }

    // Nor if an update was cut short after the filter had been refused.
    let (code, said) = run(shop.command_at("elsewhere", &module, &[]));
    assert_eq!(code, Some(0), "{said}");
    let refused = fs::read_to_string(shop.path("elsewhere/ecds.json")).unwrap();
    let refusals = || {
        let stats = envoy.admin_get("/stats?filter=http_filter.gamma.update_rejected");
        stats.unwrap()
    };
    let before = refusals();
    put(&shop.path("envoy/ecds.json"), &refused);
    gamma_testbed::gammactl::until("the refusal", || {
        (refusals() != before).then_some(()).ok_or_else(refusals)
    })
    .unwrap();
    let (code, said) = update(&shop);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Envoy refuses the new filter"), "{said}");
    assert_eq!(backend(&get(address, "front", "/")), "base");

    // The same manifests with a module that works.
    fs::copy(wasm(), &module).unwrap();
    let (code, said) = update(&shop);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Envoy took it"), "{said}");
    assert_eq!(backend(&get(address, "front", "/")), "more");
    let sent = load.stop();
    assert!(sent.bad.is_empty() && sent.good > 10, "{sent:?}");
}

#[test]
fn refused_clusters_are_taken_back() {
    let shop = EditedShop::saved();
    let (code, said) = run(shop.command(&[]));
    assert_eq!(code, Some(0), "{said}");
    let envoy = shop.envoy();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    let clusters = || fs::read_to_string(shop.path("envoy/cds.json")).unwrap();
    let before = clusters();
    let fragment = shop.path("fragment.yaml");
    let merge = ["--merge", fragment.to_str().unwrap()];
    let say = |text: &str| {
        fs::write(
            &fragment,
            format!("static_resources: {{clusters: [{text}]}}"),
        )
        .unwrap();
        run(shop.command(&merge))
    };
    let (code, said) = say("{name: default/base/80, cluster_type: {name: no.such.type}}");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Envoy refuses the new clusters"), "{said}");
    assert_eq!(clusters(), before);
    assert_eq!(backend(&get(address, "front", "/")), "base");

    // What Envoy lets pass in a file that it would not in a bootstrap.
    let (code, said) = say("{name: default/base/80, no_such_field: 1}");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warning: Envoy ignores a field"), "{said}");
    assert_eq!(backend(&get(address, "front", "/")), "base");
}
