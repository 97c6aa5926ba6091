//! ServiceProfiles, and what Linkerd's proxy does with them.

use fastrand::Rng;
use gamma_router::Router;
use serde_json::{Value, json};

use super::routed::{Asked, Routed, converted, one, rounds, routed, service};

/// RequestMatch.
#[derive(Debug, Clone)]
enum Condition {
    Path(&'static str),
    Method(&'static str),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

impl Condition {
    fn random(rng: &mut Rng, depth: u8) -> Self {
        let paths = [
            "/books",
            "/books/[^/]*",
            "/books/.*",
            "/a|/b",
            "(/a|/b)",
            "/.*s",
            ".*",
            "/a|/ab|/b",
        ];
        let kinds = if depth < 3 { 8 } else { 5 };
        match rng.u8(..kinds) {
            0..=2 => Self::Path(one(rng, &paths)),
            3..=4 => Self::Method(one(rng, &["GET", "POST", "post"])),
            5 => Self::All(Self::some(rng, depth)),
            6 => Self::Any(Self::some(rng, depth)),
            _ => Self::Not(Box::new(Self::random(rng, depth + 1))),
        }
    }

    fn some(rng: &mut Rng, depth: u8) -> Vec<Self> {
        let count = rng.usize(..4);
        (0..count).map(|_| Self::random(rng, depth + 1)).collect()
    }

    fn json(&self) -> Value {
        let list = |of: &[Self]| -> Value { of.iter().map(Self::json).collect() };
        match self {
            Self::Path(pattern) => json!({"pathRegex": pattern}),
            Self::Method(method) => json!({"method": method}),
            Self::All(of) => json!({"all": list(of)}),
            Self::Any(of) => json!({"any": list(of)}),
            Self::Not(of) => json!({"not": of.json()}),
        }
    }

    fn holds(&self, asked: &Asked) -> bool {
        match self {
            // The anchors are put on by text, and what comes out is searched for.
            Self::Path(pattern) => regex_lite::Regex::new(&format!("^{pattern}$"))
                .unwrap()
                .is_match(asked.path),
            Self::Method(method) => method.to_uppercase() == asked.method,
            Self::All(of) => of.iter().all(|part| part.holds(asked)),
            Self::Any(of) => of.iter().any(|part| part.holds(asked)),
            Self::Not(of) => !of.holds(asked),
        }
    }
}

/// The first route that holds, by its number; `None` is the default one.
fn decided(routes: &[Condition], asked: &Asked) -> Option<usize> {
    routes.iter().position(|route| route.holds(asked))
}

#[test]
fn the_first_route_of_a_profile_that_holds_decides() {
    let (lists, seed) = rounds();
    let mut rng = Rng::with_seed(seed);
    let paths = [
        "/",
        "/books",
        "/books/",
        "/books/1",
        "/books/1/2",
        "/bookss",
        "/a",
        "/ab",
        "/b",
        "/xb",
        "/a/b",
        "/s",
    ];
    let requests = paths.iter().flat_map(|path| {
        ["GET", "POST", "PUT"].map(|method| Asked {
            method,
            path,
            headers: Vec::new(),
        })
    });
    let requests: Vec<Asked> = requests.collect();
    let (mut refused, mut narrow) = (0, 0);
    for _ in 0..lists {
        let count = rng.usize(1..5);
        let routes: Vec<Condition> = (0..count).map(|_| Condition::random(&mut rng, 0)).collect();
        let written: Vec<Value> = routes
            .iter()
            .enumerate()
            .map(
                |(number, route)| json!({"name": format!("r{number}x"), "condition": route.json()}),
            )
            .collect();
        let profile = json!({
            "apiVersion": "linkerd.io/v1alpha2", "kind": "ServiceProfile",
            "metadata": {"name": "echo.shop.svc.cluster.local", "namespace": "shop"},
            "spec": {"routes": written},
        });
        let (conversion, config) = converted(&[service("echo"), profile.clone()]);
        let explain = || format!("{profile}\n{:#?}", conversion.files);
        let said = |code: &str| conversion.diagnostics.iter().any(|d| d.code.id == code);
        assert!(
            conversion.proof.as_ref().is_ok_and(|proof| proof.holds()),
            "{}",
            explain()
        );
        // Two regular expressions for one path.
        if said("G705") {
            refused += 1;
            continue;
        }
        let router = Router::new(&config, "far").unwrap();
        for asked in &requests {
            let wanted = match decided(&routes, asked) {
                Some(number) => format!("r{number}x"),
                None => "default".into(),
            };
            let got = routed(&router, asked, 1);
            if got == Routed::Refused && said("G706") {
                narrow += 1;
                continue;
            }
            let Routed::To(service, rule) = &got else {
                panic!("{asked:?}: {got:?}\n{}", explain());
            };
            assert_eq!(service, "echo", "{asked:?}\n{}", explain());
            assert!(
                rule.starts_with(&wanted),
                "{asked:?}: {rule} instead of {wanted}\n{}",
                explain()
            );
        }
    }
    println!("{lists} profiles, {refused} refused, {narrow} requests answered with 500 instead");
    assert!(refused < lists / 3, "{refused} of {lists}");
    assert!(narrow < lists * requests.len() / 20, "{narrow}");
}

#[test]
fn a_profile_in_the_namespace_of_clients_is_for_them() {
    let profile = |namespace: &str, to: &str| {
        json!({
            "apiVersion": "linkerd.io/v1alpha2", "kind": "ServiceProfile",
            "metadata": {"name": "echo.shop.svc.cluster.local", "namespace": namespace},
            "spec": {"dstOverrides": [
                {"authority": format!("{to}.shop.svc.cluster.local:80"), "weight": "1"},
                {"authority": "nowhere.shop.svc.cluster.local:80", "weight": "0"},
            ]},
        })
    };
    let (conversion, config) = converted(&[
        service("echo"),
        service("one"),
        service("two"),
        service("nowhere"),
        profile("shop", "one"),
        profile("near", "two"),
    ]);
    assert!(conversion.proof.is_ok_and(|proof| proof.holds()));
    let asked = Asked {
        method: "GET",
        path: "/",
        headers: Vec::new(),
    };
    for (namespace, expected) in [("shop", "one"), ("far", "one"), ("near", "two")] {
        let router = Router::new(&config, namespace).unwrap();
        for seed in 0..20 {
            let got = routed(&router, &asked, seed);
            assert_eq!(got, Routed::To(expected.into(), "default".into()));
        }
    }
}
