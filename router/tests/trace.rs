//! What a trace says, beyond the decision that it explains.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "no proxy runs it"
)]

use std::convert::Infallible;

use gamma_config::Fraction;
use gamma_router::{
    Action, Answer, By, HeaderVisitor, Request, RequestVisitor, Router,
    trace::{Failed, Frontend, Trace, Via, match_order},
};

const CONFIG: &str = r#"{"version": 1, "services": [
  {"namespace": "shop", "name": "till", "clusterIPs": ["10.0.0.1"],
   "ports": [{"port": 80, "cluster": "till"}, {"port": 81, "cluster": "till-81"}]},
  {"namespace": "shop", "name": "cart", "hosts": ["cart.example.org"], "ports": [{"port": 80, "cluster": "cart", "producer": {
    "matchOrder": [[1, 1], [0, 0], [1, 0], [2, 0], [3, 0]],
    "rules": [
      {"route": "r", "name": "guarded", "matches": [{"path": {"value": "/a"}, "method": "PUT", "headers": [{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}]}],
       "filters": [{"cors": {"allowOrigins": ["*"]}}], "backendRefs": [{"cluster": "put"}]},
      {"route": "r", "name": "either", "matches": [{"path": {"type": "RegularExpression", "value": "/b+"}}, {"path": {"type": "Exact", "value": "/a/exact"}}],
       "backendRefs": [{"cluster": "v1", "weight": 3}, {"cluster": "v2", "weight": 0}, {"invalid": "gone", "weight": 1}]},
      {"route": "r", "name": "asked", "matches": [{"queryParams": [{"name": "q", "value": "1"}]}],
       "filters": [{"requestMirror": {"cluster": "log", "fraction": {"numerator": 1, "denominator": 3}}}],
       "backendRefs": [{"cluster": "asked", "filters": [{"requestMirror": {"cluster": "own"}}]}]},
      {"route": "r", "name": "none", "matches": [{"path": {"value": "/none"}}]}]}}]}]}"#;

/// Lists where copies of a request go.
#[derive(Debug, Default)]
struct Mirrors(Vec<(String, Fraction)>);

impl HeaderVisitor for Mirrors {
    type Error = Infallible;

    fn remove(&mut self, _: &str, _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn set(&mut self, _: &str, _: &[u8], _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn add(&mut self, _: &str, _: &[u8], _: By) -> Result<(), Infallible> {
        Ok(())
    }
}

impl RequestVisitor for Mirrors {
    fn mirror(&mut self, cluster: &str, fraction: Fraction, _: By) -> Result<(), Infallible> {
        self.0.push((cluster.into(), fraction));
        Ok(())
    }

    fn answer(&mut self, _: &Answer<'_>) -> Result<(), Infallible> {
        Ok(())
    }
}

fn router() -> Router {
    let config = gamma_config::parse(CONFIG.as_bytes()).unwrap();
    Router::new(&config, "shop").unwrap()
}

fn with<R>(
    method: &str,
    authority: &str,
    path: &str,
    headers: &[(&str, &str)],
    ask: impl FnOnce(&Request<'_, [(&str, &str)]>) -> R,
) -> R {
    ask(&Request {
        method: method.as_bytes(),
        scheme: b"http",
        authority: authority.as_bytes(),
        path: path.as_bytes(),
        destination: None,
        now: 0,
        headers,
    })
}

fn get<'r>(router: &'r Router, authority: &str, path: &str) -> Trace<'r> {
    with("GET", authority, path, &[], |request| router.trace(request))
}

#[test]
fn frontends_are_known_by_name_and_number() {
    let router = router();
    for (authority, index, via) in [
        ("till", 0, Via::ShortName),
        ("TILL.:81", 1, Via::ShortName),
        ("till.shop", 0, Via::Host),
        ("till.shop.svc", 0, Via::SvcName),
        ("till.shop.svc.cluster.local", 0, Via::FullName),
        ("10.0.0.1:81", 1, Via::ClusterIp),
        ("cart.example.org", 2, Via::Host),
    ] {
        let expected = Frontend::Port { index, via };
        assert_eq!(
            get(&router, authority, "/").frontend,
            expected,
            "{authority}"
        );
    }
    for authority in ["nobody", "till:x", "10.0.0.2"] {
        assert_eq!(
            get(&router, authority, "/").frontend,
            Frontend::Unknown,
            "{authority}"
        );
    }
    let wrong_port = get(&router, "till:8080", "/");
    let (number, via) = (8080, Via::ShortName);
    assert_eq!(wrong_port.frontend, Frontend::UnknownPort { number, via });
    assert_eq!(wrong_port.outcomes[0].decision.action, Action::PassThrough);

    let destination = Some("10.0.0.1:81".parse().unwrap());
    let dialled = with("GET", "cart", "/", &[], |request| {
        router.trace(&Request {
            destination,
            ..*request
        })
    });
    let (index, via) = (1, Via::Destination);
    assert_eq!(dialled.frontend, Frontend::Port { index, via });
    assert!(!dialled.has_routes);
    assert!(get(&router, "cart", "/").has_routes);
}

#[test]
fn the_first_predicate_that_fails_is_named() {
    let router = router();
    let header = |got: Option<&str>| Failed::Header {
        name: "x-a",
        got: got.map(Into::into),
    };
    let query = |got: Option<&str>| Failed::QueryParam {
        name: "q",
        got: got.map(Into::into),
    };
    // Of the rules in order of precedence: either (Exact), guarded, either (pattern), asked, none.
    type Headers = &'static [(&'static str, &'static str)];
    let table: [(&str, &str, Headers, [Option<Failed<'_>>; 5]); 4] = [
        (
            "GET",
            "/a/exact?q=%31",
            &[],
            [
                None,
                Some(Failed::Method),
                Some(Failed::Path),
                None,
                Some(Failed::Path),
            ],
        ),
        (
            "PUT",
            "/a/",
            &[("x-a", "2"), ("X-A", "1")],
            [
                Some(Failed::Path),
                Some(header(Some("2,1"))),
                Some(Failed::Path),
                Some(query(None)),
                Some(Failed::Path),
            ],
        ),
        (
            "PUT",
            "/a?q=2&q=1",
            &[],
            [
                Some(Failed::Path),
                Some(header(None)),
                Some(Failed::Path),
                Some(query(Some("2"))),
                Some(Failed::Path),
            ],
        ),
        (
            "PUT",
            "/bb",
            &[("x-a", "1")],
            [
                Some(Failed::Path),
                Some(Failed::Path),
                None,
                Some(query(None)),
                Some(Failed::Path),
            ],
        ),
    ];
    for (method, path, headers, expected) in table {
        let trace = with(method, "cart", path, headers, |request| {
            router.trace(request)
        });
        let failed: Vec<_> = trace.candidates.iter().map(|c| c.failed.clone()).collect();
        assert_eq!(failed, expected, "{method} {path}");
        let first = expected.iter().position(Option::is_none);
        assert_eq!(trace.winner, first, "{method} {path}");
    }
}

#[test]
fn candidates_are_in_the_order_of_the_config() {
    let config = gamma_config::parse(CONFIG.as_bytes()).unwrap();
    let table = config.services[1].ports[0].producer.as_ref().unwrap();
    let order: Vec<_> = match_order(table).collect();
    assert_eq!(order, [(1, 1), (0, 0), (1, 0), (2, 0), (3, 0)]);
    let router = router();
    let trace = get(&router, "cart", "/");
    let names = trace
        .candidates
        .iter()
        .map(|c| router.rule(c.rule).unwrap().name());
    let names: Vec<_> = names.collect();
    assert_eq!(names, ["either", "guarded", "either", "asked", "none"]);
}

#[test]
fn every_backend_with_a_weight_is_an_outcome() {
    let router = router();
    let shares = |path: &str| -> Vec<(u64, u64, Option<u32>)> {
        let trace = get(&router, "cart", path);
        let outcomes = trace.outcomes.iter();
        outcomes
            .map(|o| (o.weight, o.total, o.decision.backend.map(|b| b.index())))
            .collect()
    };
    assert_eq!(shares("/b"), [(3, 4, Some(0)), (1, 4, Some(2))]);
    assert_eq!(shares("/?q=1"), [(1, 1, Some(0))]);
    assert_eq!(shares("/none"), [(1, 1, None)]);
    assert_eq!(shares("/nothing"), [(1, 1, None)]);
}

#[test]
fn mirrors_are_listed_with_their_fractions() {
    let router = router();
    let trace = get(&router, "cart", "/?q=1");
    let mut mirrors = Mirrors::default();
    let Ok(()) = router.visit_request(&trace.outcomes[0].decision, b"/?q=1", &mut mirrors);
    let [(log, part), (own, _)] = &*mirrors.0 else {
        panic!("{mirrors:?}")
    };
    assert_eq!((&**log, part.numerator, part.denominator), ("log", 1, 3));
    assert_eq!(own, "own");
}

#[test]
fn a_preflight_is_asked_about_the_method_that_it_announces() {
    let router = router();
    let headers = [
        ("origin", "http://o"),
        ("access-control-request-method", "PUT"),
        ("x-a", "1"),
    ];
    let trace = with("OPTIONS", "cart", "/a", &headers, |request| {
        router.trace(request)
    });
    assert_eq!(trace.announced.as_deref(), Some(&b"PUT"[..]));
    assert_eq!(trace.winner, Some(1));
    assert_eq!(trace.outcomes[0].decision.action, Action::Preflight);
}

/// What may come of a request, without the reasons.
#[test]
fn outcomes_name_the_winner_and_say_whether_a_backend_is_drawn() {
    let rules = r#"
      {"name": "split", "matches": [{"path": {"value": "/split"}}], "backendRefs": [{"cluster": "a"}, {"cluster": "b"}],
       "sessionPersistence": {"name": "s", "type": "Header"}},
      {"name": "moved", "matches": [{"path": {"value": "/moved"}}], "filters": [{"requestRedirect": {"hostname": "o"}}]},
      {"name": "none", "matches": [{"path": {"value": "/none"}}]}"#;
    let config = format!(
        r#"{{"version": 1, "services": [{{"namespace": "shop", "name": "cart", "ports": [
            {{"port": 80, "cluster": "cart", "producer": {{"rules": [{rules}]}}}}]}}]}}"#
    );
    let router = Router::new(&gamma_config::parse(config.as_bytes()).unwrap(), "shop").unwrap();
    let session = router.rules().next().unwrap().session().unwrap();
    let (_, token) = session.begin(1, None, 0, false);
    let in_session = [("s", &*token)];
    for (path, headers, winner, session, outcomes) in [
        ("/split", &[][..], Some(0), false, 2),
        ("/split", &in_session, Some(0), true, 1),
        ("/moved", &[], Some(1), false, 1),
        ("/none", &[], Some(2), false, 1),
        ("/", &[], None, false, 1),
    ] {
        let found = with("GET", "cart", path, headers, |request| {
            router.outcomes(request)
        });
        let position = found.winner.map(|winner| winner.position);
        assert_eq!(position, winner, "{path}");
        let rule = found.winner.map(|winner| winner.rule);
        let expected = winner.and_then(|winner| router.rules().nth(winner));
        assert_eq!(rule, expected.map(|rule| rule.id()), "{path}");
        assert_eq!(found.in_session, session, "{path} {headers:?}");
        assert_eq!(found.all.len(), outcomes, "{path} {headers:?}");
    }
}
