//! What is asked of Istio: manifests, and requests that clients send.

use std::{fmt::Write as _, path::PathBuf};

use anyhow::Result;
use fastrand::Rng;
use gamma_testbed::{
    fixture::{Exchange, Fixture},
    repository,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    random,
    source::{SentRequest, service, virtual_service},
    telling::telling,
};

/// Random lists of which Istio's answers are recorded.
pub const LISTS: u64 = 500;
/// Requests that are asked of one.
const REQUESTS: usize = 40;
/// Rules that a random list has at most.
const MOST_RULES: usize = 6;

/// VirtualServices with the Services and DestinationRules that they need, in the namespace [`OWN`].
#[derive(Debug, Clone)]
pub struct Scenario {
    /// `lists::012`, or `cases::` and the name of its file.
    pub name: String,
    /// The file, from the root of the repository; of a list one that is nowhere.
    pub path: String,
    /// As YAML.
    pub manifests: String,
    /// What its clients send.
    pub exchanges: Vec<Exchange>,
    /// Where clients are that a request does not place.
    pub client_namespace: String,
}

/// Where the objects are.
pub const OWN: &str = "shop";
/// Where clients are, besides.
pub const CLIENTS: [&str; 2] = ["near", "far"];

/// A kind of pods: the name that it answers with, and its labels.
pub type Workload = (&'static str, &'static [(&'static str, &'static str)]);

/// The pods behind the Services of all scenarios.
pub const WORKLOADS: &[Workload] = &[
    ("itself", &[("app", "itself")]),
    ("to-0", &[("app", "to-0")]),
    ("to-1", &[("app", "to-1")]),
    ("to-2", &[("app", "to-2")]),
    ("to-3", &[("app", "to-3")]),
    ("to-4", &[("app", "to-4")]),
    ("to-5", &[("app", "to-5")]),
    (
        "productpage-v1",
        &[("app", "productpage"), ("version", "v1")],
    ),
    ("details-v1", &[("app", "details"), ("version", "v1")]),
    ("details-v2", &[("app", "details"), ("version", "v2")]),
    ("reviews-v1", &[("app", "reviews"), ("version", "v1")]),
    ("reviews-v2", &[("app", "reviews"), ("version", "v2")]),
    ("reviews-v3", &[("app", "reviews"), ("version", "v3")]),
    ("ratings-v1", &[("app", "ratings"), ("version", "v1")]),
    ("ratings-v2", &[("app", "ratings"), ("version", "v2")]),
];

/// The Services that the rules of random lists send to.
#[must_use]
pub fn backends_of_lists() -> String {
    let names = (0..MOST_RULES).map(|number| format!("to-{number}"));
    let services: Vec<String> = names.map(|name| service(&name, &name)).collect();
    services.join("---\n")
}

impl Scenario {
    /// The random list of that number, which is its seed.
    ///
    /// # Errors
    ///
    /// A request can't be said.
    pub fn list(number: u64, requests: &[SentRequest]) -> Result<Self> {
        let name = format!("list-{number:03}");
        let rules = random::rules(&mut Rng::with_seed(number));
        let exchanges = telling(&rules, requests, REQUESTS);
        let exchanges: Result<_> = exchanges
            .into_iter()
            .map(|sent| exchange(&name, sent))
            .collect();
        Ok(Self {
            path: format!("{name}.yaml"),
            manifests: [service(&name, "itself"), virtual_service(&name, &rules)].join("---\n"),
            name: format!("lists::{number:03}"),
            exchanges: exchanges?,
            client_namespace: OWN.into(),
        })
    }

    /// The first `count` random lists.
    ///
    /// # Errors
    ///
    /// As [`Scenario::list`].
    pub fn lists(count: u64) -> Result<Vec<Self>> {
        let requests = random::requests();
        (0..count)
            .map(|number| Self::list(number, &requests))
            .collect()
    }

    /// Those that somebody thought of: `cases/*.yaml` beside this crate's sources.
    ///
    /// # Errors
    ///
    /// One of them can't be read.
    pub fn cases() -> Result<Vec<Self>> {
        let root: PathBuf = repository::path("tests/virtual-services/cases");
        let fixtures = Fixture::load_all(&root)?;
        let cases = fixtures.into_iter().map(|fixture| Self {
            name: format!("cases::{}", fixture.name),
            path: format!(
                "tests/virtual-services/cases/{}.yaml",
                fixture.name.replace("::", "/")
            ),
            manifests: fixture.manifests,
            exchanges: fixture.case.requests,
            client_namespace: fixture.case.client_namespace,
        });
        Ok(cases.collect())
    }

    /// Where the client of a request is.
    #[must_use]
    pub fn client<'s>(&'s self, exchange: &'s Exchange) -> &'s str {
        exchange.from.as_deref().unwrap_or(&self.client_namespace)
    }

    /// What tells it from one that is asked otherwise.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        let lines = self.manifests.lines().filter(|line| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with('#')
        });
        lines.for_each(|line| text.extend([line.trim_end(), "\n"]));
        for exchange in &self.exchanges {
            let _ = write!(
                text,
                "{} {} {}",
                self.client(exchange),
                exchange.request,
                exchange.repeat
            );
            for header in &exchange.headers {
                let value = String::from_utf8_lossy(&header.value);
                let _ = write!(text, " {}: {value}", header.name);
            }
            text.push('\n');
        }
        let digest = Sha256::digest(text.as_bytes());
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn exchange(host: &str, sent: &SentRequest) -> Result<Exchange> {
    let port = match sent.port {
        80 => String::new(),
        other => format!(":{other}"),
    };
    let headers = sent.headers.iter();
    let headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let line = format!("{} http://{host}.{OWN}{port}{}", sent.method, sent.target());
    let value = json!({"request": line, "headers": headers, "from": sent.namespace});
    Ok(serde_json::from_value(value)?)
}

/// The pods that a Service selects.
#[must_use]
pub fn pods(service: &Value) -> Vec<&'static str> {
    let Some(selector) = service["spec"]["selector"].as_object() else {
        return Vec::new();
    };
    let meets = |(_, labels): &&Workload| {
        selector
            .iter()
            .all(|(key, value)| labels.iter().any(|(k, v)| k == key && value == v))
    };
    WORKLOADS
        .iter()
        .filter(meets)
        .map(|(name, _)| *name)
        .collect()
}
