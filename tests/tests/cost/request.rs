//! Whole requests, of the filter in a host.

use std::sync::LazyLock;

use gamma_interpreter::{CountedRequest, Vm, modules};

use crate::counts::Row;

pub(crate) static FILTER: LazyLock<Vec<u8>> = LazyLock::new(|| modules::filter().unwrap());
static COUNTED: LazyLock<Vec<u8>> = LazyLock::new(|| modules::counted().unwrap());

/// What `gammactl compile --without` writes if everything is turned off that can be.
const LEAN: &str = r#""metrics":false,"ruleProperty":false,"reasonHeader":false"#;

/// A kind of request.
struct Case {
    what: &'static str,
    rules: usize,
    /// Of the config, in JSON.
    settings: &'static str,
    /// Of the Service.
    service: &'static str,
    /// Of every match.
    predicate: &'static str,
    /// Of every rule.
    rule: &'static str,
    /// Behind the path of the last rule.
    path: &'static str,
    header: Option<(&'static str, &'static str)>,
    /// The cluster that the request is sent to, or the status that it is answered with.
    outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Cluster(&'static str),
    Status(u32),
}

const FORWARD: Case = Case {
    what: "a plain forward",
    rules: 10,
    settings: "",
    service: "",
    predicate: "",
    rule: "",
    path: "/7?page=2",
    header: None,
    outcome: Outcome::Cluster("shop/v1/80"),
};

const CASES: [Case; 16] = [
    FORWARD,
    Case {
        what: "the same, 10000 rules",
        rules: 10_000,
        ..FORWARD
    },
    Case {
        what: "the same, 10 rules, no counters and no rule property",
        settings: LEAN,
        ..FORWARD
    },
    Case {
        what: "the same, with cluster IPs",
        settings: LEAN,
        service: r#""clusterIPs":["10.0.0.1"],"#,
        ..FORWARD
    },
    Case {
        what: "… a header match",
        settings: LEAN,
        predicate: r#","headers":[{"name":"x-version","value":"2"}]"#,
        ..FORWARD
    },
    Case {
        what: "… a query parameter match",
        settings: LEAN,
        predicate: r#","queryParams":[{"name":"page","value":"2"}]"#,
        ..FORWARD
    },
    Case {
        what: "… RequestHeaderModifier, one header",
        settings: LEAN,
        rule: r#","filters":[{"requestHeaderModifier":{"set":[{"name":"x-a","value":"b"}]}}]"#,
        ..FORWARD
    },
    Case {
        what: "… ResponseHeaderModifier, one header",
        settings: LEAN,
        rule: r#","filters":[{"responseHeaderModifier":{"set":[{"name":"x-a","value":"b"}]}}]"#,
        ..FORWARD
    },
    Case {
        what: "… URLRewrite of the prefix",
        settings: LEAN,
        rule: r#","filters":[{"urlRewrite":{"path":{"replacePrefixMatch":"/v2"}}}]"#,
        ..FORWARD
    },
    Case {
        what: "… RequestMirror",
        settings: LEAN,
        rule: r#","filters":[{"requestMirror":{"cluster":"shop/v2/80"}}]"#,
        ..FORWARD
    },
    Case {
        what: "… CORS, a simple request",
        settings: LEAN,
        rule: r#","filters":[{"cors":{"allowOrigins":["http://a.example"]}}]"#,
        header: Some(("origin", "http://a.example")),
        ..FORWARD
    },
    Case {
        what: "… timeouts",
        settings: LEAN,
        rule: r#","timeouts":{"request":"10s"}"#,
        ..FORWARD
    },
    Case {
        what: "… session persistence, the first request",
        settings: LEAN,
        rule: r#","sessionPersistence":{"name":"s"}"#,
        ..FORWARD
    },
    Case {
        what: "RequestRedirect",
        settings: LEAN,
        rule: r#","filters":[{"requestRedirect":{"scheme":"https"}}]"#,
        outcome: Outcome::Status(302),
        ..FORWARD
    },
    Case {
        what: "no matching rule",
        settings: LEAN,
        predicate: r#","method":"POST""#,
        outcome: Outcome::Status(404),
        ..FORWARD
    },
    Case {
        what: "10 rules with regular expressions, the last one",
        settings: LEAN,
        predicate: "regex",
        ..FORWARD
    },
];

/// The cases, and what a rule takes of a worker's memory.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = CASES
        .iter()
        .map(|case| {
            let cost = case.exchange(&FILTER).whole;
            let allocations = case.exchange(&COUNTED).whole.allocations;
            Row::new(case.what, &cost, allocations)
        })
        .collect();
    rows.extend(memory());
    rows
}

/// What a rule takes of a worker's memory: what stays allocated, and what the VM has grown by, which
/// never shrinks.
fn memory() -> [Row; 2] {
    const MANY: usize = 10_000;
    let after = |rules| {
        let mut vm = Vm::load(&COUNTED).unwrap();
        let (accepted, _) = vm.configure(&Case { rules, ..FORWARD }.config()).unwrap();
        assert!(accepted);
        (vm.live_bytes().unwrap().unwrap(), vm.memory() as u64)
    };
    let (few, many) = (after(FORWARD.rules), after(MANY));
    let each = |few, many| (many - few) / (MANY - FORWARD.rules) as u64;
    [
        Row::bytes("allocated for one of 10000 rules", each(few.0, many.0)),
        Row::bytes("memory of a VM for one of 10000 rules", each(few.1, many.1)),
    ]
}

impl Case {
    fn config(&self) -> String {
        let rules: Vec<String> = (0..self.rules)
            .map(|i| {
                let (kind, suffix, predicate) = match self.predicate {
                    "regex" => ("RegularExpression", "/[0-9]+", ""),
                    predicate => ("PathPrefix", "", predicate),
                };
                let backend = match self.rule.contains("requestRedirect") {
                    true => "",
                    false => r#","backendRefs":[{"cluster":"shop/v1/80"}]"#,
                };
                format!(
                    r#"{{"route":"HTTPRoute/shop/route-{i}","name":"0","matches":[{{"path":{{"type":"{kind}","value":"/service-{i:05}/items{suffix}"}}{predicate}}}]{backend}{rule}}}"#,
                    rule = self.rule,
                )
            })
            .collect();
        let config = format!(
            r#"{{"version":1,"settings":{{{settings}}},"services":[{{"namespace":"shop","name":"front",{service}"ports":[{{"port":80,"cluster":"shop/front/80","producer":{{"rules":[{rules}]}}}}]}}]}}"#,
            settings = self.settings,
            service = self.service,
            rules = rules.join(","),
        );
        if self.predicate != "regex" {
            return config;
        }
        let mut config = gamma_config::parse(config.as_bytes()).unwrap();
        let table = config.services[0].ports[0].producer.as_mut().unwrap();
        (table.patterns, _) = gamma_pattern::compile(table);
        serde_json::to_string(&config).unwrap()
    }

    /// Of the second request: the first one defines its counter.
    fn exchange(&self, module: &[u8]) -> CountedRequest {
        let mut vm = Vm::load(module).unwrap();
        vm.set_property("xds\0node\0metadata\0NAMESPACE", b"shop");
        vm.set_property("destination\0address", b"10.0.0.1:80");
        vm.set_property("upstream\0address", b"10.0.1.7:8080");
        let (accepted, _) = vm.configure(&self.config()).unwrap();
        assert!(accepted, "{}: {:?}", self.what, vm.take_log());
        let path = format!("/service-{:05}/items{}", self.rules - 1, self.path);
        let mut headers = vec![
            (":authority", "front"),
            (":path", &*path),
            (":method", "GET"),
            (":scheme", "http"),
            ("accept", "*/*"),
            ("accept-encoding", "gzip, br"),
            ("user-agent", "bench/1.0"),
            ("x-forwarded-proto", "http"),
            ("x-request-id", "6c9b3f0e-52d4-4b3a-9d0e-8f4f0a4f1b7c"),
            ("x-version", "2"),
        ];
        headers.extend(self.header);
        vm.request(&headers).unwrap();
        let exchange = vm.request(&headers).unwrap();
        assert_eq!(outcome(&exchange), Some(self.outcome), "{}", self.what);
        exchange
    }
}

fn outcome(exchange: &CountedRequest) -> Option<Outcome> {
    if let Some(reply) = &exchange.reply {
        return Some(Outcome::Status(reply.status));
    }
    let cluster = exchange
        .request
        .iter()
        .find(|(name, _)| name == b"x-gamma-cluster");
    (cluster?.1 == b"shop/v1/80").then_some(Outcome::Cluster("shop/v1/80"))
}

#[test]
fn a_plain_forward_makes_four_host_calls_at_most() {
    let calls = FORWARD.exchange(&FILTER).whole.host_calls;
    assert!(calls.len() <= 4, "{calls:?}");
}

#[test]
fn only_the_header_map_is_read() {
    let cost = FORWARD.exchange(&FILTER).whole;
    assert!(cost.returned <= 1, "{:?}", cost.host_calls);
}

/// Nothing of a request stays: a worker's memory never shrinks.
#[test]
fn requests_leak_nothing() {
    let mut vm = Vm::load(&COUNTED).unwrap();
    vm.configure(&FORWARD.config()).unwrap();
    let headers = [
        (":authority", "front"),
        (":path", "/service-00003/items"),
        (":method", "GET"),
        (":scheme", "http"),
    ];
    vm.request(&headers).unwrap();
    let before = vm.live_bytes().unwrap().unwrap();
    for _ in 0..100 {
        vm.request(&headers).unwrap();
    }
    assert_eq!(vm.live_bytes().unwrap().unwrap(), before);
}
