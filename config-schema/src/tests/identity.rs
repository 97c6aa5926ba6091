//! Services that are found by one name or address, and rules that have one identity, are refused.

use crate::parse;

/// What is said of a config of these Services, each with one port; `None` if it is good.
fn said(settings: &str, services: &str) -> Option<String> {
    let text = format!(r#"{{"version":1,"settings":{settings},"services":[{services}]}}"#)
        .replace("PORTS", r#""ports":[{"port":80,"cluster":"c"}]"#);
    parse(text.as_bytes()).err().map(|error| error.to_string())
}

#[test]
fn no_two_services_are_found_by_one_name() {
    let cart = r#"{"namespace":"shop","name":"cart",PORTS}"#;
    let table = [
        (
            r#"{"namespace":"shop","name":"cart",PORTS}"#,
            "services[1]: `shop/cart` is there twice, first as services[0]",
        ),
        (
            r#"{"namespace":"Shop","name":"CART",PORTS}"#,
            "services[1]: `Shop/CART` is there twice, first as services[0]",
        ),
        (
            r#"{"namespace":"web","name":"x","hosts":["cart.shop"],PORTS}"#,
            "services[1].hosts[0]: cart.shop is taken: services[0] has it",
        ),
        (
            r#"{"namespace":"web","name":"x","hosts":["a","cart.shop.svc"],PORTS}"#,
            "services[1].hosts[1]: cart.shop.svc is taken: services[0] has it",
        ),
        (
            r#"{"kind":"ServiceImport","namespace":"web","name":"x","hosts":["cart.shop.svc.cluster.local"],PORTS}"#,
            "services[1].hosts[0]: cart.shop.svc.cluster.local is taken: services[0] has it",
        ),
        (
            r#"{"namespace":"shop.svc","name":"cart",PORTS}"#,
            "services[1]: cart.shop.svc is taken: services[0] has it",
        ),
    ];
    for (other, message) in table {
        let error = said("{}", &format!("{cart},{other}"));
        assert!(
            error.as_ref().is_some_and(|e| e.contains(message)),
            "{other}: {error:?}"
        );
    }
    let good = [
        r#"{"kind":"ServiceImport","namespace":"shop","name":"cart","hosts":["cart.shop.svc.clusterset.local"],PORTS}"#,
        r#"{"namespace":"web","name":"cart",PORTS}"#,
        r#"{"namespace":"web","name":"x","hosts":["cart","cart.shop.example"],PORTS}"#,
        // Of its own name too.
        r#"{"namespace":"web","name":"x","hosts":["x.web","x.web.svc"],PORTS}"#,
    ];
    for other in good {
        assert_eq!(said("{}", &format!("{cart},{other}")), None, "{other}");
    }
}

#[test]
fn the_other_service_may_come_first() {
    let services = r#"{"namespace":"web","name":"x","hosts":["cart.shop"],PORTS},{"namespace":"shop","name":"cart",PORTS}"#;
    let error = said("{}", services).unwrap();
    assert!(
        error.contains("services[1]: cart.shop is taken: services[0].hosts[0] has it"),
        "{error}"
    );
    let hosts = r#"{"namespace":"web","name":"x","hosts":["a.b"],PORTS},{"namespace":"shop","name":"cart","hosts":["a.b"],PORTS}"#;
    let error = said("{}", hosts).unwrap();
    assert!(
        error.contains("services[1].hosts[0]: a.b is taken: services[0].hosts[0] has it"),
        "{error}"
    );
}

#[test]
fn settings_decide_what_names_there_are() {
    let short = r#"{"namespace":"shop","name":"cart",PORTS},{"namespace":"web","name":"x","hosts":["cart"],PORTS}"#;
    assert_eq!(said("{}", short), None);
    assert_eq!(said(r#"{"clientNamespace":"web"}"#, short), None);
    let error = said(r#"{"clientNamespace":"shop"}"#, short).unwrap();
    assert!(
        error.contains("services[1].hosts[0]: cart is taken"),
        "{error}"
    );
    let full = r#"{"namespace":"shop","name":"cart",PORTS},{"namespace":"web","name":"x","hosts":["cart.shop.svc.example.org"],PORTS}"#;
    assert_eq!(said("{}", full), None);
    let error = said(r#"{"clusterDomain":"Example.org"}"#, full).unwrap();
    assert!(error.contains("services[1].hosts[0]"), "{error}");
}

#[test]
fn an_address_is_one_however_it_is_written() {
    let table = [
        (
            r#""clusterIPs":["::ffff:10.0.0.1"]"#,
            "services[1].ports[0]: 10.0.0.1 port 80 is taken: services[0].ports[0] has it",
        ),
        (
            r#""clusterIPs":["10.0.0.1"]"#,
            "services[1].ports[0]: 10.0.0.1 port 80 is taken: services[0].ports[0] has it",
        ),
        (
            r#""hosts":["10.0.0.1"]"#,
            "services[1].hosts[0]: 10.0.0.1 is taken: services[0].ports[0] has it",
        ),
    ];
    for (other, message) in table {
        let services = format!(
            r#"{{"namespace":"n","name":"s","clusterIPs":["10.0.0.1"],PORTS}},{{"namespace":"n","name":"t",{other},PORTS}}"#
        );
        let error = said("{}", &services).unwrap();
        assert!(error.contains(message), "{other}: {error}");
    }
    let host_first = r#"{"namespace":"n","name":"s","hosts":["10.0.0.1"],PORTS},{"namespace":"n","name":"t","clusterIPs":["10.0.0.1"],PORTS}"#;
    let error = said("{}", host_first).unwrap();
    assert!(
        error.contains("services[1].ports[0]: 10.0.0.1 is taken: services[0].hosts[0] has it"),
        "{error}"
    );
    let own =
        r#"{"namespace":"n","name":"s","hosts":["10.0.0.1"],"clusterIPs":["10.0.0.1"],PORTS}"#;
    assert_eq!(said("{}", own), None);
}

/// What is said of a producer table of these rules.
fn rules(rules: &str) -> Option<String> {
    let text = super::around(rules);
    parse(text.as_bytes()).err().map(|error| error.to_string())
}

#[test]
fn sessions_belong_to_one_rule() {
    let session = r#""sessionPersistence":{"name":"s"}"#;
    let good = [
        r#"{},{},{"route":"r"},{"route":"r"}"#.to_owned(),
        format!("{{{session}}},{{}}"),
        r#"{"route":"r"},{"route":"r","name":"0"}"#.into(),
        r#"{"route":"r","name":"a"},{"route":"ra"},{"route":"r","name":"A"}"#.into(),
        format!(r#"{{"route":"r","name":"0",{session}}},{{"route":"r","name":"1",{session}}}"#),
    ];
    for good in good {
        assert_eq!(rules(&good), None, "{good}");
    }
    let bad = [
        (
            format!(
                r#"{{}},{{"route":"r","name":"0",{session}}},{{"route":"r","name":"0",{session}}}"#
            ),
            "rules[2]: has the `route` and `name` of rules[1]",
        ),
        (
            format!("{{{session}}},{{}},{{{session}}}"),
            "rules[2]: has the `route` and `name` of rules[0]",
        ),
    ];
    for (bad, message) in bad {
        let error = rules(&bad).unwrap();
        assert!(error.contains(message), "{bad}: {error}");
    }
}
