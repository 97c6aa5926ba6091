//! What the generated maps, headers and locations do with each thing that the filter can say.

use gamma_interpreter::Headers;

use super::{
    Conf, Done, Incoming, Sent, SentBy,
    manifests::{EVERYTHING, LISTEN, generated},
};
use crate::{headers, value};

/// A request as the filter leaves it.
struct Probe {
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
}

const PROBES: [Probe; 12] = [
    Probe {
        path: "/a%2Fb?q=1",
        headers: &[("X-Gamma-Cluster", "default/cart/80"), ("Accept", "*/*")],
    },
    Probe {
        path: "/",
        headers: &[("x-gamma-cluster", "default/shadow/80")],
    },
    Probe {
        path: "/",
        headers: &[("x-gamma-cluster", "default/idle/80")],
    },
    Probe {
        path: "/",
        headers: &[("x-gamma-cluster", "default/nobody/80")],
    },
    Probe {
        path: "/",
        headers: &[],
    },
    Probe {
        path: "/pay",
        headers: &[
            ("x-gamma-cluster", "default/cart/80"),
            ("x-gamma-path", "/v2?x"),
            ("x-gamma-host", "pay.example.com"),
            ("x-gamma-mirror-0", "default/shadow/80"),
            ("x-gamma-endpoint", "10.0.0.2:8080"),
            ("x-debug", ""),
            ("x-envoy-original-path", "/pay"),
            ("x-gamma-retry-backoff", "25"),
            ("x-gamma-reason", "1"),
            ("x-envoy-upstream-rq-timeout-ms", "1"),
            ("x-envoy-upstream-rq-per-try-timeout-ms", "1"),
            ("x-envoy-retry-on", "5xx"),
            ("x-envoy-retry-grpc-on", "1"),
            ("x-envoy-max-retries", "1"),
            ("x-envoy-retriable-status-codes", "1"),
        ],
    },
    Probe {
        path: "/",
        headers: &[
            ("x-gamma-cluster", "default/cart/80"),
            ("x-gamma-endpoint", "10.0.0.1:8080"),
        ],
    },
    // Nobody's endpoint, and that of another cluster.
    Probe {
        path: "/",
        headers: &[
            ("x-gamma-cluster", "default/cart/80"),
            ("x-gamma-endpoint", "169.254.169.254:80"),
        ],
    },
    Probe {
        path: "/",
        headers: &[
            ("x-gamma-cluster", "default/cart/80"),
            ("x-gamma-endpoint", "10.0.0.3:8080"),
        ],
    },
    Probe {
        path: "/",
        headers: &[
            ("x-gamma-cluster", "default/cart/80"),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
        ],
    },
    Probe {
        path: "/stock.Stock/Get",
        headers: &[
            ("x-gamma-cluster", "default/stock/7070"),
            ("content-type", "application/grpc+proto"),
            ("te", "trailers"),
        ],
    },
    Probe {
        path: "/",
        headers: &[
            ("x-gamma-cluster", "default/stock/7070"),
            ("content-type", "application/grpc-web"),
        ],
    },
];

/// Of every cluster, every mirror and every owned header.
fn more() -> Vec<(String, Headers)> {
    let mut more = Vec::new();
    let grpc = ("content-type", "application/grpc");
    for cluster in ["cart/80", "shadow/80", "stock/7070", "idle/80", "nobody/80"] {
        let cluster = format!("default/{cluster}");
        for path in ["", "/new"] {
            let of_path = [("x-gamma-cluster", &*cluster), grpc, ("x-gamma-path", path)];
            more.push(("/grpc".to_owned(), headers(&of_path)));
        }
        let copied = [
            ("x-gamma-cluster", "default/cart/80"),
            ("x-gamma-mirror-0", &cluster),
        ];
        more.push(("/copied".to_owned(), headers(&copied)));
    }
    let rewritten = [
        ("x-gamma-cluster", "default/cart/80"),
        grpc,
        ("x-envoy-original-path", "/old"),
    ];
    more.push(("/grpc".to_owned(), headers(&rewritten)));
    let socket = [
        ("x-gamma-cluster", "default/cart/80"),
        ("x-gamma-mirror-0", "default/shadow/80"),
        ("upgrade", "websocket"),
    ];
    more.push(("/socket".to_owned(), headers(&socket)));
    more.push(("/nobody".to_owned(), headers(&[grpc])));
    for endpoint in ["10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.9:8080"] {
        let of_session = [
            ("x-gamma-cluster", "default/cart/80"),
            grpc,
            ("x-gamma-endpoint", endpoint),
        ];
        more.push(("/grpc".to_owned(), headers(&of_session)));
    }
    for kind in [None, Some(grpc)] {
        let mut owned = headers(&[
            ("x-gamma-cluster", "default/cart/80"),
            ("x-debug", ""),
            ("x-envoy-original-path", ""),
        ]);
        owned.extend(headers(&kind.into_iter().collect::<Vec<_>>()));
        for number in 0..32 {
            owned.push((
                format!("x-gamma-mirror-{number}").into_bytes(),
                b"default/shadow/80".into(),
            ));
        }
        for name in ["endpoint", "host", "reason", "retry-backoff"] {
            owned.push((format!("x-gamma-{name}").into_bytes(), b"1".into()));
        }
        for name in gamma_config::wire::CONTROLS {
            owned.push((name.into(), b"1".into()));
        }
        more.push(("/owned".to_owned(), owned.clone()));
        owned.retain(|(name, _)| name != b"x-debug");
        owned.push((b"x-debug".into(), b"kept".into()));
        more.push(("/kept".to_owned(), owned));
    }
    more
}

/// What becomes of a request, of its copies, and whether the filter sees it; or what is wrong.
type Outcome = Result<(Done, Vec<Sent>, bool), String>;

fn outcome(conf: &Conf, path: &str, said: &Headers) -> anyhow::Result<(Done, Vec<Sent>, bool)> {
    let mut all = headers(&[("Host", "cart"), (":method", "GET")]);
    all.extend(said.iter().cloned());
    let request = Incoming {
        method: "GET",
        request_uri: path,
        headers: &all,
    };
    let (done, copies) = conf.carry_out(&request)?;
    Ok((done, copies, conf.has_filter(&request)?))
}

/// Everything that the configuration does with the probes.
pub(super) fn outcomes(conf: &Conf) -> Vec<Outcome> {
    let probes = PROBES
        .iter()
        .map(|probe| (probe.path.to_owned(), headers(probe.headers)));
    let all = probes.chain(more());
    let outcomes = all.map(|(path, said)| outcome(conf, &path, &said).map_err(|e| e.to_string()));
    outcomes.collect()
}

pub(super) fn conf() -> Conf {
    Conf::read(&generated(EVERYTHING).conf).unwrap()
}

#[test]
fn each_thing_that_the_filter_says_is_done() {
    let conf = conf();
    let sent = |number: usize| {
        let probe = &PROBES[number];
        match outcome(&conf, probe.path, &headers(probe.headers)).unwrap() {
            (Done::Sent(sent), copies, true) => (*sent, copies),
            other => panic!("{number}: {other:?}"),
        }
    };
    let to = |sent: &Sent| (sent.by, sent.servers.join(" "), sent.path.clone());
    let own = |path: &str| (SentBy::Proxy, LISTEN.to_owned(), path.to_owned());
    let host = |sent: &Sent| value(&sent.headers, "host").unwrap();

    let (plain, copies) = sent(0);
    assert_eq!(
        to(&plain),
        (
            SentBy::Proxy,
            "10.0.0.1:8080 10.0.0.2:8080".into(),
            "/a%2Fb?q=1".into()
        )
    );
    assert_eq!((host(&plain), copies.len()), ("cart".into(), 0));
    assert_eq!(value(&plain.headers, "accept").as_deref(), Some("*/*"));
    assert_eq!(sent(1).0.servers, ["10.0.0.3:8080"]);
    for number in [2, 3, 4] {
        let (answered, _) = sent(number);
        assert_eq!(to(&answered), own("/"));
        let expected = if number == 4 {
            "not-found.gamma.invalid"
        } else {
            "unavailable.gamma.invalid"
        };
        assert_eq!(host(&answered), expected);
    }
    for (name, status) in [("not-found", 404), ("unavailable", 503)] {
        let said = headers(&[("Host", &format!("{name}.gamma.invalid"))]);
        let request = Incoming {
            method: "GET",
            request_uri: "/",
            headers: &said,
        };
        assert!(!conf.has_filter(&request).unwrap());
        assert_eq!(conf.carry_out(&request).unwrap().0, Done::Answered(status));
    }

    let (paid, copies) = sent(5);
    assert_eq!(
        to(&paid),
        (SentBy::Proxy, "10.0.0.2:8080".into(), "/v2?x".into())
    );
    let expected = headers(&[
        ("host", "pay.example.com"),
        ("x-envoy-original-path", "/pay"),
    ]);
    assert_eq!(paid.headers, expected, "and nothing of the filter's");
    let [copy] = &*copies else {
        panic!("{copies:?}");
    };
    assert_eq!(
        to(copy),
        (SentBy::Proxy, "10.0.0.3:8080".into(), "/v2?x".into())
    );
    assert_eq!(copy.headers, expected);

    assert_eq!(sent(6).0.servers, ["10.0.0.1:8080"]);
    for number in [7, 8] {
        assert_eq!(
            sent(number).0.servers,
            plain.servers,
            "an endpoint that is none of the cluster's"
        );
    }
    let (socket, _) = sent(9);
    assert_eq!(
        value(&socket.headers, "upgrade").as_deref(),
        Some("websocket")
    );
    assert_eq!(
        value(&socket.headers, "connection").as_deref(),
        Some("upgrade")
    );
    assert_eq!(
        to(&sent(10).0),
        (
            SentBy::Grpc,
            "10.0.0.4:7070".into(),
            "/stock.Stock/Get".into()
        )
    );
    assert_eq!(sent(11).0.by, SentBy::Proxy, "grpc-web is HTTP/1.1");
}

/// grpc_pass sends the client's path: a call whose path is to be another one gets no wrong answer.
#[test]
fn a_grpc_call_with_a_new_path_is_answered_503() {
    let said = headers(&[
        ("x-gamma-cluster", "default/stock/7070"),
        ("content-type", "application/grpc"),
        ("x-gamma-path", "/new"),
    ]);
    let (Done::Sent(sent), ..) = outcome(&conf(), "/old", &said).unwrap() else {
        panic!("answered");
    };
    assert_eq!(sent.servers, [LISTEN]);
    assert_eq!(
        value(&sent.headers, "host").as_deref(),
        Some("unavailable.gamma.invalid")
    );
}

/// `$http_x_gamma_cluster` is the variable of both.
#[test]
fn a_header_with_an_underscore_is_dropped() {
    let conf = conf();
    assert!(!conf.keeps("X_Gamma_Cluster") && !conf.keeps("x.y"));
    assert!(conf.keeps("X-Gamma-Cluster"));
    let (Done::Sent(sent), ..) = outcome(
        &conf,
        "/",
        &headers(&[("X_Gamma_Cluster", "default/cart/80")]),
    )
    .unwrap() else {
        panic!("answered");
    };
    assert_eq!(
        sent.servers[0], "10.0.0.1:8080",
        "nothing else keeps a client from it"
    );
}

#[test]
fn copies_are_nothing_that_a_client_can_ask_for() {
    let said = headers(&[
        ("x-gamma-cluster", "default/cart/80"),
        ("x-gamma-mirror-0", "default/shadow/80"),
    ]);
    let (done, copies, has_filter) = outcome(&conf(), "/.gamma/mirror/0", &said).unwrap();
    assert_eq!(
        (done, copies, has_filter),
        (Done::Answered(404), vec![], false)
    );
}
