//! The objects of `gammactl istio` are for the clients that were asked for, and know the Services
//! that these call.

use serde_json::Value;

use crate::{MESH, objects, placed};

const SHOP: [&str; 2] = ["EnvoyFilter shop", "WasmPlugin shop shop"];
const WEB: [&str; 2] = ["EnvoyFilter web", "WasmPlugin web web"];

#[test]
fn objects_are_where_their_clients_are() {
    let table: [(&[&str], &[&str]); 8] = [
        (&[], &MESH),
        (
            &["--root-namespace", "mesh"],
            &["EnvoyFilter mesh", "WasmPlugin mesh"],
        ),
        (&["-n", "shop"], &SHOP),
        (&["-n", "shop", "--client-namespace", ""], &MESH),
        (&["--client-namespace", "web"], &WEB),
        (&["-n", "shop", "--client-namespace", "web"], &WEB),
        (
            &["--client-namespace", "web", "shop", "web"],
            &[SHOP[0], SHOP[1], WEB[0], WEB[1]],
        ),
        (
            &["--split-by-namespace"],
            &[
                "EnvoyFilter billing",
                "WasmPlugin billing billing",
                SHOP[0],
                SHOP[1],
            ],
        ),
    ];
    for (arguments, expected) in table {
        let objects = objects(arguments);
        assert_eq!(placed(&objects), expected, "{arguments:?}");
    }
}

/// `namespace/name` of the Services in the config for the mesh, or for one namespace.
fn services(arguments: &[&str]) -> Vec<String> {
    let objects = objects(arguments);
    let services = objects[1]["spec"]["pluginConfig"]["services"].as_array();
    let text = |service: &Value, key: &str| service[key].as_str().unwrap().to_owned();
    services
        .into_iter()
        .flatten()
        .map(|service| format!("{}/{}", text(service, "namespace"), text(service, "name")))
        .collect()
}

#[test]
fn services_without_routes_are_left_to_istio() {
    let all = ["billing/ledger", "shop/cart", "shop/catalog", "shop/stock"];
    assert_eq!(services(&[]), all);
    // Its routes are for clients in shop.
    assert_eq!(services(&["--client-namespace", "web"]), all[1..]);
    // So are ports.
    let objects = objects(&[]);
    let catalog = &objects[1]["spec"]["pluginConfig"]["services"][2];
    assert_eq!(catalog["ports"].as_array().unwrap().len(), 1);
    assert_eq!(catalog["ports"][0]["port"], 80);
}

#[test]
fn only_services_that_are_called_are_there() {
    let table: [(&[&str], &[&str]); 4] = [
        (&["--services", "shop/cart"], &["shop/cart"]),
        (
            &["--services", "*/cart", "billing/*"],
            &["billing/ledger", "shop/cart"],
        ),
        (
            &["--client-namespace", "shop", "--services", "./*"],
            &["shop/cart", "shop/catalog", "shop/stock"],
        ),
        (
            &["--client-namespace", "web", "--services", "billing/*"],
            &[],
        ),
    ];
    for (arguments, expected) in table {
        assert_eq!(services(arguments), expected, "{arguments:?}");
    }
}
