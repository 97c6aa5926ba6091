//! What is asked of a router in every bench: one Service with many rules, each for a path prefix and
//! a header; the first one, the last one and none wins.

/// Numbers of rules.
pub(crate) const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// The headers of each request, of which the rules look at one.
pub(crate) const HEADERS: [(&str, &str); 8] = [
    ("accept", "*/*"),
    ("accept-encoding", "gzip, br"),
    ("user-agent", "bench/1.0"),
    ("x-forwarded-proto", "http"),
    ("x-request-id", "6c9b3f0e-52d4-4b3a-9d0e-8f4f0a4f1b7c"),
    ("authorization", "Bearer eyJhbGciOiJub25lIn0"),
    ("x-version", "2"),
    ("content-length", "0"),
];

/// A request and the rule that it must get.
pub(crate) struct Case {
    /// Of what it is an example.
    pub(crate) name: &'static str,
    /// Its path with query.
    pub(crate) path: String,
    /// The index of the rule, or none.
    pub(crate) rule: Option<usize>,
}

/// One hit of the first rule, one of the last, and a miss.
pub(crate) fn cases(rules: usize) -> [Case; 3] {
    let hit = |name, rule| Case {
        name,
        path: format!("{}/7?page=2", prefix(rule)),
        rule: Some(rule),
    };
    [
        hit("first", 0),
        hit("last", rules - 1),
        Case {
            name: "miss",
            path: "/service-99999/items/7?page=2".into(),
            rule: None,
        },
    ]
}

/// The path prefix of a rule.
pub(crate) fn prefix(rule: usize) -> String {
    format!("/service-{rule:05}/items")
}

/// The route that a rule came from; there is one for each.
pub(crate) fn route(rule: usize) -> String {
    format!("HTTPRoute/shop/route-{rule:05}")
}

/// The route config, as `gammactl compile` writes it.
pub(crate) fn config(rules: usize) -> String {
    let rules: Vec<String> = (0..rules)
        .map(|rule| {
            let (route, prefix) = (route(rule), prefix(rule));
            let backend = rule % 4;
            format!(
                r#"{{"route":"{route}","name":"0","matches":[{{"path":{{"type":"PathPrefix","value":"{prefix}"}},"headers":[{{"name":"x-version","value":"2"}}]}}],"backendRefs":[{{"cluster":"shop/backend-{backend}/80"}}]}}"#
            )
        })
        .collect();
    let rules = rules.join(",");
    format!(
        r#"{{"version":1,"settings":{{"clientNamespace":"shop"}},"services":[{{"namespace":"shop","name":"front","ports":[{{"port":80,"cluster":"shop/front/80","producer":{{"rules":[{rules}]}}}}]}}]}}"#
    )
}
