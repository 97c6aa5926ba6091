//! Random VirtualServices decide every request as before: asked of an interpreter of Istio's API that shares nothing with the
//! conversion, and of the filter's own router with the routes that were written. `LISTS=100000 cargo test --release
//! -p gamma-convert --test lists` tries more of them.

mod outputs;

use std::{collections::BTreeSet, env};

use fastrand::Rng;
use gamma_compile::compile;
use gamma_config::Config;
use gamma_convert::{Conversion, ConversionOptions, convert};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};
use gamma_router::{Action, Request, Router};
use gamma_virtual_services::{
    random,
    source::{Goes, RuleMatches, SentRequest, goes, service, virtual_service},
};

/// Lists that are tried in each run.
const LISTS: usize = 150;

fn manifests(rules: &RuleMatches) -> String {
    let backends = (0..rules.len()).map(|number| format!("to-{number}"));
    let services = backends.chain(["echo".into()]);
    let services = services.map(|name| service(&name, &name));
    let all: Vec<String> = services.chain([virtual_service("echo", rules)]).collect();
    all.join("---\n")
}

/// The Services of [`manifests`] without the VirtualService.
fn services_alone(rules: &RuleMatches) -> String {
    let backends = (0..rules.len()).map(|number| format!("to-{number}"));
    let services = backends.chain(["echo".into()]);
    let all: Vec<String> = services.map(|name| service(&name, &name)).collect();
    all.join("---\n")
}

fn converted(rules: &RuleMatches) -> (Conversion, Config) {
    let mut sources = Sources::default();
    sources.add("source.yaml", manifests(rules));
    let conversion = convert(&sources, &ConversionOptions::default());
    for file in &conversion.files {
        sources.add(&*file.path, &*file.text);
    }
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let config = compile(
        &manifests,
        &gamma_compile::Options::default(),
        &mut diagnostics,
    );
    diagnostics.retain(|d| d.code.severity == Severity::Error);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    (conversion, config)
}

/// Where the router sends a request; `None` if it is answered with 500.
fn routed(router: &Router, sent: &SentRequest) -> Option<Goes> {
    let headers: Vec<(&str, &[u8])> = sent
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let (authority, path) = (format!("echo.shop:{}", sent.port), sent.target());
    let request = Request {
        method: sent.method.as_bytes(),
        scheme: b"http",
        authority: authority.as_bytes(),
        path: path.as_bytes(),
        destination: None,
        now: 0,
        headers: &*headers,
    };
    let decision = router.decide(&request, &mut Rng::with_seed(1));
    match decision.action {
        Action::Forward { cluster, .. } => {
            let cluster = router.cluster(cluster).unwrap();
            let name = cluster.split('/').nth(1).unwrap();
            Some(match name.strip_prefix("to-") {
                Some(number) => Goes::To(number.parse().unwrap()),
                None => Goes::Itself,
            })
        }
        Action::Reply(gamma_router::Reason::NoMatchingRule) => Some(Goes::Nowhere),
        _ => None,
    }
}

#[test]
fn every_request_goes_where_it_went() {
    let lists = env::var("LISTS").map_or(LISTS, |lists| lists.parse().unwrap());
    let seed = env::var("SEED").map_or(1, |seed| seed.parse().unwrap());
    let mut rng = Rng::with_seed(seed);
    let requests = random::requests();
    let (mut refused, mut asked, mut narrow) = (0, 0, 0);
    for number in 0..lists {
        let rules = random::rules(&mut rng);
        let (conversion, config) = converted(&rules);
        let said: BTreeSet<&str> = conversion.diagnostics.iter().map(|d| d.code.id).collect();
        let explain = || {
            format!(
                "list {number}: {}\n{:#?}",
                manifests(&rules),
                conversion.files
            )
        };
        assert!(
            conversion.proof.as_ref().is_ok_and(|proof| proof.holds()),
            "{}\n{:?}",
            explain(),
            conversion.proof
        );
        // Nothing is written for what can't be said without taking more.
        if said.contains("G705") {
            refused += 1;
            continue;
        }
        for namespace in ["near", "far", "shop"] {
            // One list for all, which has been said.
            if namespace == "shop" && said.contains("G704") {
                continue;
            }
            let router = Router::new(&config, namespace).unwrap();
            for sent in requests.iter().filter(|sent| sent.namespace == namespace) {
                asked += 1;
                let wanted = goes(&rules, sent);
                let got = routed(&router, sent);
                let is_narrow = got.is_none()
                    && (said.contains("G706")
                        || (wanted == Goes::Nowhere && said.contains("G709")));
                narrow += usize::from(is_narrow);
                assert!(
                    is_narrow || got == Some(wanted),
                    "{sent:?}: {got:?} instead of {wanted:?}\n{}",
                    explain()
                );
            }
        }
    }
    println!(
        "{lists} lists, {refused} refused, {asked} requests, {narrow} answered with 500 instead"
    );
    assert!(
        refused < lists / 4 && narrow < asked / 20,
        "{refused} lists, {narrow} of {asked}"
    );
}
