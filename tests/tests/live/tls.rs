//! TLS to a backend, by the fragment in `examples/`.

use std::{fs, path::Path};

use gamma_testbed::shop::{EditedShop, backend, get};

use crate::terminator::terminator;

const NAME: &str = "cart-v1.shop.svc";

fn certificate() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap()
}

#[test]
fn a_fragment_gives_a_backend_tls() {
    let mut shop = EditedShop::new();
    let [right, wrong] = [certificate(), certificate()];
    let terminator = terminator(&right, "", shop.services["base"][0]);
    let address = terminator.listener("tls").unwrap();
    shop.services.insert("base".into(), vec![address]);
    shop.save();

    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tls-to-backends.yaml");
    let authority = shop.path("ca.pem");
    let fragment = fs::read_to_string(example)
        .unwrap()
        .replace("shop/cart-v1/80", "default/base/80")
        .replace("certs/ca.pem", authority.to_str().unwrap());
    let path = shop.path("fragment.yaml");
    fs::write(&path, fragment).unwrap();
    let merge = ["--merge", path.to_str().unwrap()];
    let update = |more: &[&str]| {
        let output = shop.command(more).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    update(&[]);
    let envoy = shop.envoy();
    let answer = || {
        backend(&get(
            envoy.listener("gamma_127.0.0.1:0").unwrap(),
            "front",
            "/",
        ))
    };
    // Plain text to a server that speaks TLS.
    assert_eq!(answer(), "503");
    fs::write(&authority, wrong.cert.pem()).unwrap();
    update(&merge);
    assert_eq!(answer(), "503");
    // A running Envoy takes a fragment like anything else.
    update(&[]);
    fs::write(&authority, right.cert.pem()).unwrap();
    update(&merge);
    assert_eq!(answer(), "base");
    let stats = envoy
        .admin_get("/stats?filter=base/80.ssl.(handshake|fail_verify_san)$")
        .unwrap();
    assert!(stats.contains("ssl.handshake: 1"), "{stats}");
}
