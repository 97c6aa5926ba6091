//! What the router does with requests to what a conversion wrote.

use std::env;

use fastrand::Rng;
use gamma_compile::compile;
use gamma_config::Config;
use gamma_convert::{Conversion, ConversionOptions, SmiDialect, convert};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};
use gamma_router::{Action, Reason, Request, Router};
use serde_json::{Value, json};

/// A request to port 80 of Service `echo`.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

/// How many objects are tried, and with which seed.
pub(crate) fn rounds() -> (usize, u64) {
    let number = |name: &str, default| env::var(name).map_or(default, |text| text.parse().unwrap());
    (number("LISTS", 150), number("SEED", 1) as u64)
}

pub(crate) fn one<T: Clone>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())].clone()
}

/// A Service with one port.
pub(crate) fn service(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"},
           "spec": {"selector": {"app": name}, "ports": [{"name": "http", "port": 80}]}})
}

/// Converts `objects`, and compiles what was written.
pub(crate) fn converted(objects: &[Value]) -> (Conversion, Config) {
    let mut sources = Sources::default();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    sources.add("source.yaml", list.to_string());
    let options = ConversionOptions {
        smi_dialect: Some(SmiDialect::Spec),
        ..ConversionOptions::default()
    };
    let conversion = convert(&sources, &options);
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
    assert!(diagnostics.is_empty(), "{list}\n{diagnostics:?}");
    (conversion, config)
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Routed {
    /// The Service, and the name of the rule.
    To(String, String),
    /// 500.
    Refused,
    /// 404.
    NoRule,
}

pub(crate) fn routed(router: &Router, asked: &Asked, seed: u64) -> Routed {
    let headers: Vec<(&str, &[u8])> = asked
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let request = Request {
        method: asked.method.as_bytes(),
        scheme: b"http",
        authority: b"echo.shop",
        path: asked.path.as_bytes(),
        destination: None,
        now: 0,
        headers: &*headers,
    };
    let decision = router.decide(&request, &mut Rng::with_seed(seed));
    match decision.action {
        Action::Forward { cluster, .. } => {
            let cluster = router.cluster(cluster).unwrap();
            let rule = decision.rule.and_then(|rule| router.rule(rule));
            let rule = rule.map(gamma_router::RuleRef::name);
            Routed::To(
                cluster.split('/').nth(1).unwrap().to_owned(),
                rule.unwrap_or_default().to_owned(),
            )
        }
        Action::Reply(Reason::NoMatchingRule) => Routed::NoRule,
        _ => Routed::Refused,
    }
}
