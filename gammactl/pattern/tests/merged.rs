//! Merged automata decide as the patterns do one by one.

use std::collections::BTreeSet;

use fastrand::Rng;
use gamma_config::{
    BackendRef, Config, Match, MatchType, Method, PathMatch, PathMatchType, Port, RouteTable, Rule,
    Service, ServiceKind, ValueMatch,
};
use gamma_pattern::{Dfa, MOST_AUTOMATA, TooManyAutomata, apart, compile};
use gamma_router::{Action, Request, Router};

fn regex(pattern: &str, method: Option<Method>) -> Match {
    let kind = PathMatchType::RegularExpression;
    let value = pattern.into();
    Match {
        path: Some(PathMatch { kind, value }),
        method,
        ..Match::default()
    }
}

/// A rule for each match.
fn table(matches: Vec<Match>) -> RouteTable {
    let rules = matches.into_iter().enumerate().map(|(n, m)| Rule {
        name: n.to_string(),
        matches: vec![m],
        backend_refs: vec![BackendRef {
            cluster: Some(n.to_string()),
            invalid: None,
            weight: 1,
            filters: Vec::new(),
        }],
        ..Rule::default()
    });
    RouteTable {
        rules: rules.collect(),
        ..RouteTable::default()
    }
}

fn router(table: RouteTable) -> Router {
    let port = Port {
        port: 80,
        cluster: "own".into(),
        producer: Some(table),
        consumers: Default::default(),
    };
    let service = Service {
        kind: ServiceKind::Service,
        namespace: "shop".into(),
        name: "cart".into(),
        hosts: Vec::new(),
        cluster_ips: Vec::new(),
        ports: vec![port],
    };
    let config = Config {
        services: vec![service],
        ..Config::default()
    };
    config.validate().unwrap();
    Router::new(&config, "shop").unwrap()
}

/// The number of the rule that takes a GET of `path`.
fn found(router: &Router, path: &str) -> Option<usize> {
    let headers: [(&str, &str); 0] = [];
    let request = Request {
        method: b"GET",
        scheme: b"http",
        authority: b"cart",
        path: path.as_bytes(),
        destination: None,
        now: 0,
        headers: &headers,
    };
    let decision = router.decide(&request, &mut Rng::with_seed(1));
    let Action::Forward { cluster, .. } = decision.action else {
        return None;
    };
    router.cluster(cluster)?.parse().ok()
}

fn compiled(mut table: RouteTable) -> RouteTable {
    let (patterns, excess) = compile(&table);
    assert_eq!(excess.0.len(), 0);
    // Those that nothing is left for have to be known, too: the filter would try them with its own engine.
    let named: BTreeSet<&String> = patterns.paths.iter().flat_map(|p| &p.patterns).collect();
    let matches = table.rules.iter().flat_map(|rule| &rule.matches);
    let paths = matches.filter_map(|m| m.path.as_ref());
    assert!(
        paths
            .map(|path| &path.value)
            .all(|path| named.contains(path))
    );
    table.patterns = patterns;
    table
}

const PIECES: [&str; 17] = [
    "/", "/a", "/b", "a", "b", ".", ".*", "(a|b)", "[ab]+", "/.*", "(/.*)?", "/a/b", "(/a)+",
    "[^/]+", "a?", "(?i)A", "b{1,2}",
];

fn random(rng: &mut Rng, pieces: &[&'static str], most: usize) -> String {
    let count = rng.usize(1..=most);
    let pieces = (0..count).map(|_| pieces[rng.usize(..pieces.len())]);
    pieces.collect()
}

#[test]
fn the_first_of_random_patterns_wins() {
    let mut rng = Rng::with_seed(4);
    let (mut merged, mut held) = (0, 0);
    for _ in 0..150 {
        let mut matches = Vec::new();
        for _ in 0..rng.usize(1..14) {
            let pattern = format!("/{}", random(&mut rng, &PIECES, 5));
            let method = [None, Some(Method::Get), Some(Method::Post)][rng.usize(..3)];
            matches.push(regex(&pattern, method));
        }
        let mut table = table(matches);
        // As many as there are rules, in another order.
        let mut order: Vec<(u32, u32)> = (0..).zip([0; 14]).take(table.rules.len()).collect();
        if rng.bool() {
            rng.shuffle(&mut order);
            table.match_order = order.clone();
        }
        let table = compiled(table);
        merged += table.rules.len() - table.patterns.paths.len();
        let dfas: Vec<_> = table.rules.iter().map(|rule| &rule.matches[0]).collect();
        let router = router(table.clone());
        let mut each = table.clone();
        each.patterns = apart(&table.patterns);
        let each = self::router(each);
        for _ in 0..300 {
            let path = random(&mut rng, &["/", "/a", "/b", "a", "b", "A", "c"], 7);
            let holds = |m: &&Match| {
                let pattern = &m.path.as_ref().unwrap().value;
                m.method != Some(Method::Post) && Dfa::of(pattern).unwrap().matches(path.as_bytes())
            };
            let mut numbers = order.iter().map(|&(rule, _)| rule as usize);
            let expected = numbers.find(|&number| holds(&dfas[number]));
            assert_eq!(
                found(&router, &path),
                expected,
                "{path} in {:#?}",
                table.rules
            );
            assert_eq!(found(&each, &path), expected, "{path}");
            held += usize::from(expected.is_some());
        }
    }
    assert!(merged > 200 && held > 5_000, "{merged} {held}");
}

/// `count` patterns, `N` standing for the number of each.
fn many(pattern: &str, count: usize) -> RouteTable {
    let patterns = (0..count).map(|n| regex(&pattern.replace('N', &n.to_string()), None));
    table(patterns.collect())
}

#[test]
fn a_thousand_patterns_become_few_automata() {
    // A path that each matches, the most automata there may be, and the most kilobytes of text.
    let table = [
        ("/svc-N/v[0-9]+/[^/]+/orders", "/svc-N/v1/u/orders", 1, 100),
        ("/svc-N.*", "/svc-N", 1, 20),
        ("/[a-z]{2}/svc-N/[^/]+", "/xy/svc-N/x", 1, 80),
        ("/(.*)*xN", "/aaxN", 1, 40),
        ("/(a|aa)+bN", "/aaaaabN", 1, 40),
        (
            r"/api/v[0-9]+/.*/resN\.json",
            "/api/v1/x/y/resN.json",
            2,
            200,
        ),
        ("/.*/svc-N/.*", "/a/b/svc-N/svc-9999", MOST_AUTOMATA, 700),
    ];
    for (pattern, path, automata, size) in table {
        let config = compiled(many(pattern, 1_000));
        let patterns = &config.patterns;
        let text = serde_json::to_string(patterns).unwrap().len() / 1_000;
        let count = patterns.automata.len();
        println!("{pattern}: {count} automata, {text} KB");
        assert!(
            count <= automata && text <= size,
            "{pattern}: {count} automata, {text} KB"
        );
        let router = router(config);
        for n in [0, 7, 99] {
            // Whatever begins with 9 is the ninth one's.
            let first = match (pattern, n) {
                ("/svc-N.*", 99) => 9,
                (_, n) => n,
            };
            let path = path.replace('N', &n.to_string());
            assert_eq!(found(&router, &path), Some(first), "{path}");
        }
    }
}

#[test]
fn what_a_path_can_not_be_read_by_matches_nothing_and_is_named() {
    // What is needed to know which of the last nine letters one of them takes is of no use to another.
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    let pattern = |n: usize| {
        format!(
            "/.*[{}{}].{{8}}",
            letter(n),
            letter(n / 26).to_ascii_uppercase()
        )
    };
    let mut table = table((0..150).map(|n| regex(&pattern(n), None)).collect());
    let (patterns, TooManyAutomata(excess)) = compile(&table);
    assert_eq!(patterns.paths.len(), MOST_AUTOMATA + 1);
    let last: Vec<String> = (MOST_AUTOMATA..150).map(pattern).collect();
    assert_eq!(excess, last);
    table.patterns = patterns;
    let router = router(table);
    assert_eq!(found(&router, "/b12345678"), Some(1));
    // 130 is the first of them with an `F`.
    assert_eq!(found(&router, "/F12345678"), None);
}

#[test]
fn values_of_more_steps_than_a_table_may_have_match_nothing_and_are_named() {
    // Each has some 64,000 steps, and no two have the same.
    let letters = |n: usize| {
        let letters = ('a'..='z').chain('A'..='Z').chain('0'..='9');
        let mut letters: Vec<char> = letters.collect();
        letters.swap(n, n + 1);
        letters.swap(0, n);
        letters.into_iter().collect::<String>()
    };
    let pattern = |n: usize| format!(r"{}{}\C{{940}}", letters(n % 60), n / 60);
    let header = |n: usize| ValueMatch {
        name: "x-a".into(),
        kind: MatchType::RegularExpression,
        value: pattern(n),
    };
    let matches = (0..90).map(|n| Match {
        headers: vec![header(n)],
        ..Match::default()
    });
    let mut table = table(matches.collect());
    let (patterns, TooManyAutomata(excess)) = compile(&table);
    assert!(!excess.is_empty() && excess.len() < 60, "{}", excess.len());
    assert_eq!(patterns.values.len(), 90);
    assert!(excess.contains(&pattern(89)) && !excess.contains(&pattern(0)));
    table.patterns = patterns;
    router(table);
}
