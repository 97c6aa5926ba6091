//! Lists with negations and prefixes of texts are compared with routes: an evaluation that is written here, of every request out of
//! many, says which of them are decided otherwise. `LISTS` says how many lists, `SEED` repeats a run.

use std::{collections::HashMap, env};

use fastrand::Rng;
use gamma_config::{
    BackendRef, Config, Match, MatchType, Method, PathMatch, PathMatchType, Port, RouteTable, Rule,
    Service, ServiceKind, ValueMatch,
};
use gamma_diff::{
    Diff, OrderedEntry, OrderedSide, Places, RequestPart, Side, SignedTest, TableName,
    TextPredicate, TextReplacement, diff_lists,
};
use gamma_router::{Action, Request, Router};

const CLUSTERS: [&str; 3] = ["one", "two", "three"];
const PATHS: [&str; 9] = [
    "/", "/a", "/a/", "/a/b", "/ab", "/A/b", "/abc", "/b", "/b/a",
];
const METHODS: [&str; 4] = ["GET", "POST", "PUT", "PURGE"];
const VALUES: [Option<&str>; 5] = [None, Some(""), Some("1"), Some("12"), Some("2")];

fn one<T: Clone>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())].clone()
}

/// A request of the tests: method, path, header `x`, query parameter `q`.
#[derive(Debug, Clone, Copy)]
struct Sent<'s> {
    method: &'s str,
    path: &'s str,
    x: Option<&'s str>,
    q: Option<&'s str>,
}

/// The cluster that a request goes to, and its path there.
type Gone = Option<(String, String)>;

fn predicate(rng: &mut Rng, part: &RequestPart) -> TextPredicate {
    let texts: &[&str] = match part {
        RequestPart::Path => &["/", "/a", "/a/", "/ab", "/b"],
        RequestPart::Method => &["GET", "P", "PU", ""],
        _ => &["", "1", "12", "2"],
    };
    let patterns: &[&str] = match part {
        RequestPart::Path => &["/a.*", "(?i)/a/.*", "/.*b"],
        RequestPart::Method => &["GET|POST", ".*U.*"],
        _ => &["[0-9]*", "1.*"],
    };
    match rng.u8(..3) {
        0 => TextPredicate::Exact(one(rng, texts).into()),
        1 => TextPredicate::Begins(one(rng, texts).into()),
        _ => TextPredicate::Pattern(one(rng, patterns).into()),
    }
}

fn entry(rng: &mut Rng) -> OrderedEntry {
    let parts = [
        RequestPart::Path,
        RequestPart::Method,
        RequestPart::Header("x".into()),
        RequestPart::QueryParam("q".into()),
    ];
    let tests = (0..rng.usize(..3)).map(|_| {
        let part = one(rng, &parts);
        SignedTest {
            predicate: predicate(rng, &part),
            part,
            missing_is_empty: rng.bool(),
            holds: rng.bool(),
        }
    });
    OrderedEntry {
        tests: tests.collect(),
        rule: rng.usize(..CLUSTERS.len()),
        path: (rng.u8(..4) == 0).then(|| TextReplacement::Beginning(1, "/n".into())),
        name: "entry".into(),
        place: None,
    }
}

fn holds(test: &SignedTest, sent: Sent<'_>) -> bool {
    let (value, may_miss) = match &test.part {
        RequestPart::Path => (Some(sent.path), false),
        RequestPart::Method => (Some(sent.method), false),
        RequestPart::Header(_) => (sent.x, true),
        _ => (sent.q, true),
    };
    let value = value.or((may_miss && test.missing_is_empty).then_some(""));
    let is = value.is_some_and(|value| match &test.predicate {
        TextPredicate::Exact(text) => value == text,
        TextPredicate::Begins(text) => value.starts_with(&**text),
        TextPredicate::Pattern(pattern) => regex_lite::Regex::new(&format!("^(?:{pattern})$"))
            .unwrap()
            .is_match(value),
        TextPredicate::Prefix(_) => unreachable!("no list of this test has one"),
    });
    is == test.holds
}

fn by_list(list: &[OrderedEntry], sent: Sent<'_>) -> Gone {
    let entry = list
        .iter()
        .find(|entry| entry.tests.iter().all(|test| holds(test, sent)))?;
    let path = match entry.path {
        Some(_) => format!("/n{}", &sent.path[1..]),
        None => sent.path.to_owned(),
    };
    Some((CLUSTERS[entry.rule].into(), path))
}

fn by_routes(router: &Router, sent: Sent<'_>) -> Gone {
    let path = match sent.q {
        Some(q) => format!("{}?q={q}", sent.path),
        None => sent.path.to_owned(),
    };
    let headers: Vec<(&str, &[u8])> = sent.x.iter().map(|x| ("x", x.as_bytes())).collect();
    let request = Request {
        method: sent.method.as_bytes(),
        scheme: b"http",
        authority: b"cart.shop",
        path: path.as_bytes(),
        destination: None,
        now: 0,
        headers: &*headers,
    };
    match router.decide(&request, &mut Rng::with_seed(0)).action {
        Action::Forward { cluster, .. } => {
            Some((router.cluster(cluster).unwrap().into(), sent.path.into()))
        }
        _ => None,
    }
}

fn rule(number: usize, matches: Vec<Match>) -> Rule {
    Rule {
        name: format!("to-{number}"),
        matches,
        backend_refs: vec![BackendRef {
            cluster: Some(CLUSTERS[number].into()),
            invalid: None,
            weight: 1,
            filters: Vec::new(),
        }],
        ..Rule::default()
    }
}

fn random_match(rng: &mut Rng) -> Match {
    let mut r#match = Match::default();
    if rng.u8(..4) > 0 {
        let (kind, value) = match rng.u8(..3) {
            0 => (PathMatchType::Exact, one(rng, &["/a", "/a/", "/ab"])),
            1 => (PathMatchType::PathPrefix, one(rng, &["/", "/a", "/b"])),
            _ => (
                PathMatchType::RegularExpression,
                one(rng, &["/a[^/].*", "/a/.*", "/a.*"]),
            ),
        };
        r#match.path = Some(PathMatch {
            kind,
            value: value.into(),
        });
    }
    if rng.u8(..3) == 0 {
        r#match.method = Some(one(rng, &[Method::Get, Method::Put]));
    }
    let value = |rng: &mut Rng, name: &str| ValueMatch {
        kind: MatchType::RegularExpression,
        name: name.into(),
        value: one(rng, &["1", ".*", "1.*", "^$"]).into(),
    };
    if rng.u8(..3) == 0 {
        r#match.headers.push(value(rng, "x"));
    }
    if rng.u8(..4) == 0 {
        r#match.query_params.push(value(rng, "q"));
    }
    r#match
}

fn config(rules: Vec<Rule>) -> Config {
    let mut table = RouteTable {
        rules,
        ..RouteTable::default()
    };
    table.patterns = gamma_pattern::compile(&table).0;
    Config {
        services: vec![Service {
            kind: ServiceKind::Service,
            namespace: "shop".into(),
            name: "cart".into(),
            hosts: Vec::new(),
            cluster_ips: Vec::new(),
            ports: vec![Port {
                port: 80,
                cluster: "cart".into(),
                producer: Some(table),
                consumers: Default::default(),
            }],
        }],
        ..Config::default()
    }
}

fn compared(list: Vec<OrderedEntry>, new: &Config) -> Diff {
    let effects = (0..CLUSTERS.len()).map(|number| rule(number, Vec::new()));
    let old = config(effects.collect());
    let name = TableName {
        namespace: "shop".into(),
        name: "cart".into(),
        port: 80,
        consumer: None,
    };
    let lists = HashMap::from([(name, list)]);
    let old = OrderedSide {
        config: &old,
        lists: &lists,
    };
    let places = Places::default();
    let new = Side {
        config: new,
        places: &places,
    };
    diff_lists(old, new).unwrap()
}

#[test]
fn finds_every_request_that_a_list_decides_otherwise_and_no_other() {
    let number = |name: &str, otherwise| env::var(name).map_or(otherwise, |n| n.parse().unwrap());
    let mut rng = Rng::with_seed(number("SEED", 1));
    let (mut differ, mut equal) = (0, 0);
    for turn in 0..number("LISTS", 300) {
        let list: Vec<OrderedEntry> = (0..rng.usize(1..4)).map(|_| entry(&mut rng)).collect();
        // Sometimes what a list without any test does.
        let rules: Vec<Rule> = if turn % 3 == 0 {
            let at = |entry: &OrderedEntry| rule(entry.rule, Vec::new());
            list.iter().take(1).map(at).collect()
        } else {
            let any = |rng: &mut Rng| rule(rng.usize(..CLUSTERS.len()), vec![random_match(rng)]);
            (0..rng.usize(1..4)).map(|_| any(&mut rng)).collect()
        };
        let new = config(rules);
        let router = Router::new(&new, "elsewhere").unwrap();
        let diff = compared(list.clone(), &new);
        let changes: Vec<_> = diff
            .services
            .iter()
            .flat_map(|service| &service.tables)
            .flat_map(|table| &table.changes)
            .collect();
        let explain = || format!("{list:#?}\n{new:#?}\n{}", diff.text(false));
        for request in changes.iter().flat_map(|change| &change.requests) {
            let line = &request.line;
            let (path, query) = line.path.split_once('?').unwrap_or((&line.path, ""));
            let x = request.headers.iter().find(|header| header.name == "x");
            let x = x.map(|header| String::from_utf8(header.value.to_vec()).unwrap());
            let sent = Sent {
                method: &line.method,
                path,
                x: x.as_deref(),
                q: query.strip_prefix("q="),
            };
            assert_ne!(
                by_list(&list, sent),
                by_routes(&router, sent),
                "{sent:?} {}",
                explain()
            );
        }
        let mut is_otherwise = false;
        for path in PATHS {
            for method in METHODS {
                for x in VALUES {
                    for q in VALUES {
                        let sent = Sent { method, path, x, q };
                        is_otherwise |= by_list(&list, sent) != by_routes(&router, sent);
                        assert!(
                            !is_otherwise || !changes.is_empty(),
                            "{sent:?} {}",
                            explain()
                        );
                    }
                }
            }
        }
        differ += usize::from(!changes.is_empty());
        equal += usize::from(changes.is_empty());
    }
    println!("{differ} lists differ, {equal} do not");
    assert!(differ > 50 && equal > 10, "{differ}, {equal}");
}
