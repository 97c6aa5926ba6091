//! Good manifests, and the exact config that they become.

mod checked;

use gamma_golden as golden;

const INPUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compile");

#[test]
fn good_manifests_become_exactly_this_config() {
    let mut wrong = Vec::new();
    for input in golden::inputs(INPUTS) {
        let (_, diagnostics, config) = checked::compiled(&input);
        let said: Vec<_> = diagnostics.iter().map(|d| &d.message).collect();
        assert!(said.is_empty(), "{}: {said:?}", input.display());
        config.validate().unwrap();
        let json = serde_json::to_string_pretty(&config).unwrap() + "\n";
        golden::check(&input, "json", &json, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{name: http, port: 80}, {name: alt, port: 81}]}
";

fn route(kind: &str, parents: &str, rules: &str) -> String {
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: cart}}\n\
         spec: {{parentRefs: [{parents}], rules: [{rules}]}}\n"
    )
}

/// Port, route and rule of every rule of the config.
fn rules(text: &str) -> Vec<(u16, String, String)> {
    let (_, _, config) = checked::checked_text("routes.yaml", text);
    config.validate().unwrap();
    let ports = config
        .services
        .iter()
        .flat_map(|service| &service.ports)
        .filter_map(|port| Some((port.port, port.producer.as_ref()?)));
    let rules = ports.flat_map(|(port, table)| table.rules.iter().map(move |rule| (port, rule)));
    rules
        .map(|(port, rule)| (port, rule.route.clone(), rule.name.clone()))
        .collect()
}

/// "Sessions MUST NOT be shared between route rules": nor may counters or explanations.
#[test]
fn every_rule_of_a_route_has_a_name_of_its_own() {
    let rule = |name: Option<&str>, path: usize| {
        let name = name.map(|name| format!("name: \"{name}\", "));
        format!(
            "{{{}matches: [{{path: {{value: /{path}}}}}], sessionPersistence: {{}}, \
             backendRefs: [{{name: cart, port: 80}}]}}",
            name.unwrap_or_default()
        )
    };
    let table: [(&[Option<&str>], &[&str]); 6] = [
        (&[None, None], &["0", "1"]),
        (&[None, Some("a")], &["0", "a"]),
        (&[None, Some("0")], &["rule_0", "0"]),
        (&[Some("1"), None, None], &["1", "rule_1", "2"]),
        (&[Some("2"), None, None], &["2", "1", "rule_2"]),
        (
            &[Some("rule-1"), None, Some("1")],
            &["rule-1", "rule_1", "1"],
        ),
    ];
    for (names, expected) in table {
        let list: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(path, name)| rule(*name, path))
            .collect();
        let parent = "{group: '', kind: Service, name: cart, port: 80}";
        let text = [SERVICE, &route("HTTPRoute", parent, &list.join(", "))].concat();
        let names: Vec<String> = rules(&text).into_iter().map(|(.., name)| name).collect();
        assert_eq!(names, expected);
    }
}

/// The API server takes parentRefs for different ones if only one of them spells the namespace out.
#[test]
fn a_route_is_on_a_port_once_however_often_it_is_attached() {
    let parent = |more: &str| format!("{{group: '', kind: Service, name: cart{more}}}");
    let [whole, by_port, by_name] = ["", ", port: 80", ", sectionName: http"].map(parent);
    let again = parent(", namespace: default");
    let again_by_port = parent(", namespace: default, port: 80");
    let rule = "{backendRefs: [{name: cart, port: 80}]}";
    let table = [
        ([&whole, &again], &[80, 81][..]),
        ([&whole, &again_by_port], &[80, 81]),
        ([&again_by_port, &whole], &[80, 81]),
        ([&by_port, &again_by_port], &[80]),
        ([&by_name, &again_by_port], &[80]),
        ([&by_name, &again], &[80, 81]),
    ];
    for ([first, second], ports) in table {
        let parents = format!("{first}, {second}");
        let text = [SERVICE, &route("HTTPRoute", &parents, rule)].concat();
        let expected: Vec<_> = ports
            .iter()
            .map(|&port| (port, "HTTPRoute/default/cart".into(), "0".into()))
            .collect();
        assert_eq!(rules(&text), expected, "{parents}");
    }
}

#[test]
fn routes_of_two_kinds_may_share_a_name() {
    let rule = "{backendRefs: [{name: cart, port: 80}]}";
    let parent = |port| format!("{{group: '', kind: Service, name: cart, port: {port}}}");
    let text = [
        SERVICE,
        &route("HTTPRoute", &parent(80), rule),
        &route("GRPCRoute", &parent(81), rule),
    ]
    .concat();
    let names: Vec<String> = rules(&text)
        .into_iter()
        .map(|(_, route, _)| route)
        .collect();
    assert_eq!(names, ["HTTPRoute/default/cart", "GRPCRoute/default/cart"]);
}
