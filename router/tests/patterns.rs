//! Regular expressions that the config has automata for: they select what the engine selects that reads them
//! where there are none.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "no proxy runs it"
)]

use fastrand::Rng;
use gamma_config::{Config, Patterns, RouteTable};
use gamma_router::{Request, Router};

/// The engine and automata agree on what these mean.
const PATHS: [&str; 9] = [
    "/a/[0-9]+",
    "/a/[0-9]+/b",
    "/a/b/(x|y)",
    "/a(/.*)?",
    "/b/[a-c]*",
    ".*/b",
    "/[ab]",
    "(?i)/A/B",
    "/",
];
const VALUES: [&str; 4] = ["[0-9]+", "1.*", "a|b", ".*z"];

/// A rule for each of up to 20 matches, whose paths are patterns, prefixes and exact ones.
fn random_config(rng: &mut Rng) -> Config {
    let value = |list: &str, name: &str, rng: &mut Rng| match rng.u8(..4) {
        0 => format!(
            r#","{list}":[{{"name":"{name}","type":"RegularExpression","value":"{}"}}]"#,
            rng.choice(VALUES).unwrap()
        ),
        _ => String::new(),
    };
    let rules = (0..rng.usize(1..20)).map(|number| {
        let (kind, path) = match rng.u8(..6) {
            0 => ("PathPrefix", *rng.choice(&["/a", "/a/b", "/"]).unwrap()),
            1 => ("Exact", *rng.choice(&["/a/1", "/a/b", "/b"]).unwrap()),
            _ => ("RegularExpression", rng.choice(PATHS).unwrap()),
        };
        let headers = value("headers", "x", rng);
        let params = value("queryParams", "q", rng);
        format!(
            r#"{{"matches":[{{"path":{{"type":"{kind}","value":"{path}"}}{headers}{params}}}],"backendRefs":[{{"cluster":"rule-{number}"}}]}}"#
        )
    });
    let rules = rules.collect::<Vec<_>>().join(",");
    let config = format!(
        r#"{{"version":1,"services":[{{"namespace":"n","name":"s","ports":[{{"port":80,"cluster":"own","producer":{{"rules":[{rules}]}}}}]}}]}}"#
    );
    gamma_config::parse(config.as_bytes()).unwrap()
}

fn table(config: &mut Config) -> &mut RouteTable {
    config.services[0].ports[0].producer.as_mut().unwrap()
}

/// The number of the rule that wins.
fn winner(router: &Router, path: &str, headers: &[(&str, &str)]) -> Option<u32> {
    let request = Request {
        method: b"GET",
        scheme: b"http",
        authority: b"s",
        path: path.as_bytes(),
        destination: None,
        now: 0,
        headers,
    };
    let decision = router.decide(&request, &mut Rng::with_seed(1));
    Some(
        router
            .rules()
            .position(|rule| Some(rule.id()) == decision.rule)? as u32,
    )
}

#[test]
fn automata_select_what_the_engine_selects() {
    let mut rng = Rng::with_seed(3);
    let (mut matched, mut below_prefix) = (0, 0);
    for _ in 0..100 {
        let mut config = random_config(&mut rng);
        let engine = Router::new(&config, "n").unwrap();
        let (patterns, excess) = gamma_pattern::compile(table(&mut config));
        assert!(excess.0.is_empty());
        below_prefix += patterns
            .paths
            .iter()
            .filter(|group| !group.prefix.is_empty())
            .count();
        table(&mut config).patterns = patterns;
        config.validate().unwrap();
        let automata = Router::new(&config, "n").unwrap();
        for _ in 0..60 {
            let mut path = String::new();
            for _ in 0..rng.usize(1..4) {
                path.push('/');
                path.push_str(rng.choice(["a", "b", "1", "x", "B", ""]).unwrap());
            }
            path.push_str(rng.choice(["", "", "?q=17", "?q=a", "?q=z"]).unwrap());
            let headers = [("x", rng.choice(["1", "a", "yz", "c"]).unwrap())];
            let headers = &headers[..rng.usize(..2)];
            let expected = winner(&engine, &path, headers);
            let got = winner(&automata, &path, headers);
            assert_eq!(
                got,
                expected,
                "{path} {headers:?} {:#?}",
                table(&mut config)
            );
            matched += usize::from(got.is_some());
        }
    }
    // Neither side is trivial.
    assert!((1_500..5_500).contains(&matched), "{matched}");
    assert!(below_prefix > 50, "{below_prefix}");
}

/// The automata are asked, and not the engine: here they are another pattern's.
#[test]
fn a_pattern_means_what_its_automaton_says() {
    let with = |kind: &str| {
        let of = |pattern: &str| {
            let value = |list: &str| {
                format!(
                    r#"{{"{list}":[{{"name":"x","type":"RegularExpression","value":"{pattern}"}}]}}"#
                )
            };
            let r#match = match kind {
                "path" => {
                    format!(r#"{{"path":{{"type":"RegularExpression","value":"{pattern}"}}}}"#)
                }
                list => value(list),
            };
            let config = format!(
                r#"{{"version":1,"services":[{{"namespace":"n","name":"s","ports":[{{"port":80,"cluster":"own","producer":{{"rules":[
                    {{"matches":[{match}]}}]}}}}]}}]}}"#
            );
            gamma_config::parse(config.as_bytes()).unwrap()
        };
        let (mut written, mut other) = (of("/a"), of("/b"));
        let (patterns, _) = gamma_pattern::compile(table(&mut other));
        let renamed = serde_json::to_string(&patterns)
            .unwrap()
            .replace(r#""/b""#, r#""/a""#);
        let renamed: Patterns = serde_json::from_str(&renamed).unwrap();
        table(&mut written).patterns = renamed;
        Router::new(&written, "n").unwrap()
    };
    for (kind, on, off) in [
        ("path", ("/b", "", None), ("/a", "", None)),
        ("queryParams", ("/", "?x=/b", None), ("/", "?x=/a", None)),
        ("headers", ("/", "", Some("/b")), ("/", "", Some("/a"))),
    ] {
        let router = with(kind);
        let wins = |(path, query, header): (&str, &str, Option<&str>)| {
            let headers: Vec<_> = header.map(|value| ("x", value)).into_iter().collect();
            winner(&router, &format!("{path}{query}"), &headers).is_some()
        };
        assert!(wins(on) && !wins(off), "{kind}");
    }
}
