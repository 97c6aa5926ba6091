//! Which of two matches is tried first: each criterion of the specification, where all that come after it say
//! the opposite.

use gamma_compile::{Options, compile};
use gamma_manifest::{decode, diagnostic::Diagnostics, source::Sources};

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{name: http, port: 80}]}
";

/// A route with one rule: what stands in its `metadata`, in its `spec` and in its match, in YAML.
type Written = (&'static str, &'static str, &'static str);

const OLD: &str = "creationTimestamp: '2020-01-01T00:00:00Z'";
const NEW: &str = "creationTimestamp: '2021-01-01T00:00:00Z'";

/// In order: what is tried first, and what after it.
const HTTP: [(Written, Written); 17] = [
    // "Characters in a matching non-wildcard hostname."
    (
        ("", "hostnames: [ab.example]", "path: {value: /}"),
        (
            "",
            "hostnames: [a.example]",
            "path: {type: Exact, value: /a}",
        ),
    ),
    (
        ("", "hostnames: [a.example]", "path: {value: /}"),
        (
            "",
            "hostnames: ['*.longer.example']",
            "path: {type: Exact, value: /a}",
        ),
    ),
    (
        ("", "hostnames: [a.example]", "path: {value: /}"),
        ("", "", "path: {type: Exact, value: /a}"),
    ),
    // "Characters in a matching hostname."
    (
        ("", "hostnames: ['*.a.example']", "path: {value: /}"),
        (
            "",
            "hostnames: ['*.example']",
            "path: {type: Exact, value: /a}",
        ),
    ),
    (
        ("", "hostnames: ['*.example']", "path: {value: /}"),
        ("", "", "path: {type: Exact, value: /a}"),
    ),
    // "'Exact' path match.", and expressions before "'Prefix' path match".
    (
        ("", "", "path: {type: Exact, value: /}"),
        (
            "",
            "",
            "path: {type: RegularExpression, value: '/a[0-9]+'}, method: GET",
        ),
    ),
    (
        ("", "", "path: {type: RegularExpression, value: '/a+'}"),
        ("", "", "path: {value: /aaaaaaaaaa}, method: GET"),
    ),
    (
        ("", "", "path: {type: RegularExpression, value: '/a[0-9]+'}"),
        (
            "",
            "",
            "path: {type: RegularExpression, value: '/[a]+'}, method: GET",
        ),
    ),
    // "'Prefix' path match with largest number of characters.", of which a `/` at the end is none.
    (
        ("", "", "path: {value: /abc}"),
        ("", "", "path: {value: /ab}, method: GET"),
    ),
    (
        ("", "", "path: {value: /abc}"),
        ("", "", "path: {value: /ab/}, method: GET"),
    ),
    // "Method match."
    (
        ("", "", "path: {value: /a}, method: GET"),
        (
            "",
            "",
            "path: {value: /a}, headers: [{name: x, value: '1'}]",
        ),
    ),
    // "Largest number of header matches." Of equivalent names only the first counts, in any case.
    (
        ("", "", "headers: [{name: x, value: '1'}]"),
        ("", "", "queryParams: [{name: q, value: '1'}]"),
    ),
    (
        (
            "",
            "",
            "headers: [{name: x, value: '1'}, {name: w, value: '1'}]",
        ),
        (
            "",
            "",
            "headers: [{name: x, value: '1'}], queryParams: [{name: q, value: '1'}]",
        ),
    ),
    (
        (
            "",
            "",
            "headers: [{name: x, value: '1'}], queryParams: [{name: q, value: '1'}]",
        ),
        (
            "",
            "",
            "headers: [{name: x, value: '1'}, {name: X, value: '2'}]",
        ),
    ),
    // "Largest number of query param matches.", whose names are other names in another case.
    (
        (
            NEW,
            "",
            "queryParams: [{name: q, value: '1'}, {name: Q, value: '1'}]",
        ),
        (OLD, "", "queryParams: [{name: q, value: '1'}]"),
    ),
    // "The oldest Route based on creation timestamp."
    (
        (OLD, "", "path: {value: /a}"),
        (NEW, "", "path: {value: /b}"),
    ),
    (
        (NEW, "", "path: {value: /a}"),
        ("", "", "path: {value: /b}"),
    ),
];

const GRPC: [(Written, Written); 5] = [
    // "Characters in a matching service."
    (
        ("", "", "method: {service: ab}"),
        ("", "", "method: {service: a, method: Longest}"),
    ),
    // "Characters in a matching method."
    (
        ("", "", "method: {service: a, method: Mm}"),
        (
            "",
            "",
            "method: {service: a, method: M}, headers: [{name: x, value: '1'}]",
        ),
    ),
    (
        ("", "", "method: {service: a, method: M}"),
        (
            "",
            "",
            "method: {service: a}, headers: [{name: x, value: '1'}]",
        ),
    ),
    // "Header matches."
    (
        (
            NEW,
            "",
            "headers: [{name: x, value: '1'}, {name: w, value: '1'}]",
        ),
        (OLD, "", "headers: [{name: x, value: '1'}]"),
    ),
    (
        (OLD, "", "headers: [{name: x, value: '1'}]"),
        (
            NEW,
            "",
            "headers: [{name: x, value: '1'}, {name: X, value: '2'}]",
        ),
    ),
];

/// The names of the rules in the order in which their matches are tried.
fn order(manifests: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("routes.yaml", manifests);
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let options = Options {
        honor_hostnames: true,
        ..Options::default()
    };
    let config = compile(&manifests, &options, &mut diagnostics);
    config.validate().unwrap();
    let table = config.services[0].ports[0].producer.as_ref().unwrap();
    let written = (0..).zip(&table.rules).flat_map(|(number, rule)| {
        let matches = 0..rule.matches.len() as u32;
        matches.map(move |m| (number, m))
    });
    let order = match &*table.match_order {
        [] => written.collect(),
        order => order.to_vec(),
    };
    let rule = |(rule, _): (u32, u32)| &table.rules[rule as usize];
    let name = |at| format!("{}/{}", rule(at).route, rule(at).name);
    order.into_iter().map(name).collect()
}

fn route(kind: &str, name: &str, (metadata, spec, r#match): Written) -> String {
    let rules =
        format!("rules: [{{matches: [{{{match}}}], backendRefs: [{{name: cart, port: 80}}]}}]");
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\n\
         metadata: {{name: {name}, {metadata}}}\n\
         spec: {{parentRefs: [{{group: '', kind: Service, name: cart}}], {rules}, {spec}}}\n"
    )
}

#[test]
fn each_criterion_decides_whatever_those_after_it_say() {
    let http = HTTP.iter().map(|pair| ("HTTPRoute", pair));
    let grpc = GRPC.iter().map(|pair| ("GRPCRoute", pair));
    for (kind, (first, second)) in http.chain(grpc) {
        // The last criterion is "alphabetical order by `{namespace}/{name}`".
        let routes = [route(kind, "z", *first), route(kind, "a", *second)];
        for routes in [routes.concat(), [&*routes[1], &routes[0]].concat()] {
            let expected = ["z", "a"].map(|name| format!("{kind}/default/{name}/0"));
            let order = order(&format!("{SERVICE}{routes}"));
            assert_eq!(order, expected, "{first:?} {second:?}");
        }
    }
}

/// "The Route appearing first in alphabetical order by `{namespace}/{name}`."
#[test]
fn the_names_of_routes_decide_what_nothing_else_does() {
    for (first, second) in [("a", "b"), ("a", "aa"), ("a-b", "ab")] {
        let written = |name| route("HTTPRoute", name, (OLD, "", "path: {value: /a}"));
        let order = order(&[SERVICE, &written(second), &written(first)].concat());
        let expected = [first, second].map(|name| format!("HTTPRoute/default/{name}/0"));
        assert_eq!(order, expected);
    }
}

/// "Matching precedence MUST be granted to the FIRST matching rule (in list order)."
#[test]
fn within_a_route_the_first_rule_wins() {
    let rules = "rules: [{name: b, matches: [{path: {value: /b}}, {path: {value: /a}}]}, {name: a, matches: [{path: {value: /c}}]}]";
    let route = format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r}}\n\
         spec: {{parentRefs: [{{group: '', kind: Service, name: cart}}], {rules}}}\n"
    );
    let expected = ["b", "b", "a"].map(|name| format!("HTTPRoute/default/r/{name}"));
    assert_eq!(order(&format!("{SERVICE}{route}")), expected);
}
