//! One request, answered twice.

use std::{collections::BTreeMap, fmt, iter::Sum, rc::Rc};

use anyhow::ensure;
use fastrand::Rng;
use gamma_carried::CarriedRequest;
use gamma_compile::{Options, compile};
use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, Format, Severity, render},
    source::Sources,
};
use gamma_random::RandomRequest;
use gamma_reference::{Answer, Backend, Outcome, RuleName};
use gamma_router::{Action, Request as Asked, Router};
use serde_json::{Value, json};

/// What happened to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    PassThrough,
    Own,
    NoMatch,
    Redirect,
    Forward,
    Invalid,
}

impl Class {
    pub(crate) const ALL: [Self; 6] = [
        Self::PassThrough,
        Self::Own,
        Self::NoMatch,
        Self::Redirect,
        Self::Forward,
        Self::Invalid,
    ];
}

/// How often each class was seen.
#[derive(Debug, Default)]
pub(crate) struct Counts([u64; Class::ALL.len()]);

impl Counts {
    pub(crate) fn add(&mut self, class: Class) {
        self.0[class as usize] += 1;
    }

    pub(crate) fn share(&self, class: Class) -> f64 {
        self.0[class as usize] as f64 / self.0.iter().sum::<u64>() as f64
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut sum, counts| {
            for (sum, count) in sum.0.iter_mut().zip(counts.0) {
                *sum += count;
            }
            sum
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for class in Class::ALL {
            let (count, percent) = (self.0[class as usize], self.share(class) * 100.0);
            write!(f, "{class:?} {count} ({percent:.1} %), ")?;
        }
        write!(f, "{} in all", self.0.iter().sum::<u64>())
    }
}

/// Manifests, and the router that they become for clients in one namespace.
pub(crate) struct World<'c> {
    pub(crate) client: &'c str,
    manifests: Rc<Manifests>,
    router: Router,
    rng: Rng,
}

/// What the router did, in the reference's terms.
#[derive(Debug)]
struct Done {
    rule: Option<RuleName>,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    PassThrough,
    NoMatch,
    Outcome(Outcome),
}

impl<'c> World<'c> {
    /// Compiles the objects, for clients in each of the namespaces `clients`.
    pub(crate) fn all(objects: &[Value], clients: &[&'c str]) -> anyhow::Result<Vec<Self>> {
        // JSON is YAML.
        let text = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
        let manifests = Rc::new(read(&text)?);
        let options = Options::default();
        let config = compile(&manifests, &options, &mut Diagnostics::default());
        // Through JSON and validation, as the filter gets it.
        let config = gamma_config::parse(&serde_json::to_vec(&config)?)?;
        clients
            .iter()
            .map(|client| {
                Ok(Self {
                    client,
                    manifests: manifests.clone(),
                    router: Router::new(&config, client)?,
                    rng: Rng::with_seed(1),
                })
            })
            .collect()
    }

    /// What happened, or in which way the two disagree.
    pub(crate) fn compare(&mut self, request: &RandomRequest) -> Result<Class, String> {
        let expected = gamma_reference::answer(&self.manifests, self.client, &said_again(request));
        let done = self.decide(request);
        class(&expected, &done, request)
            .ok_or_else(|| format!("the reference says {expected:#?}\nthe router did {done:#?}"))
    }

    fn decide(&mut self, request: &RandomRequest) -> Done {
        let asked = Asked {
            method: request.method.as_bytes(),
            scheme: request.scheme.as_bytes(),
            authority: request.authority.as_bytes(),
            path: request.path.as_bytes(),
            destination: request.destination,
            now: 0,
            headers: &request.headers,
        };
        let decision = self.router.decide(&asked, &mut self.rng);
        let rule = decision.rule.map(|id| {
            let rule = self.router.rule(id).expect("of this router");
            RuleName {
                route: rule.route().to_owned(),
                rule: rule.name().to_owned(),
            }
        });
        let sent = request.headers.iter().cloned();
        let carried = CarriedRequest::new(&request.authority, &request.path, sent, false)
            .carry_out(&self.router, &decision);
        let what = match decision.action {
            Action::PassThrough => What::PassThrough,
            Action::Reply(reason) if reason.status() == 404 => What::NoMatch,
            Action::Reply(_) => What::Outcome(Outcome::Invalid),
            Action::Redirect { status, location } => What::Outcome(Outcome::Redirect {
                status,
                location: text(location),
            }),
            Action::Forward { cluster, .. } => What::Outcome(Outcome::Forward {
                backend: backend(self.router.cluster(cluster).expect("of this router")),
                path: carried.path,
                authority: carried.authority,
                headers: joined(carried.headers),
            }),
            Action::Preflight => unreachable!("no route has CORS"),
        };
        Done { rule, what }
    }
}

fn read(text: &str) -> anyhow::Result<Manifests> {
    let mut sources = Sources::default();
    sources.add("-", text);
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let said = render(&diagnostics, &sources, Format::Text);
    ensure!(!diagnostics.any(Severity::Error), "{said}");
    Ok(manifests)
}

/// Headers by name, repeated ones joined.
fn joined(list: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in list {
        headers.entry(name).or_default().push(value);
    }
    headers
        .into_iter()
        .map(|(name, values)| (name, values.join(",")))
        .collect()
}

/// `None` if what was done is not what may be done.
fn class(expected: &Answer, done: &Done, request: &RandomRequest) -> Option<Class> {
    match (expected, &done.rule, &done.what) {
        (Answer::PassThrough, None, What::PassThrough) => Some(Class::PassThrough),
        (Answer::NoMatch, None, What::NoMatch) => Some(Class::NoMatch),
        (Answer::Own(own), None, What::Outcome(outcome)) => match outcome {
            Outcome::Forward {
                backend,
                path,
                authority,
                ..
            } if own == backend && *path == request.path && *authority == request.authority => {
                Some(Class::Own)
            }
            _ => None,
        },
        (Answer::Rule { rule, outcomes }, Some(chosen), What::Outcome(outcome))
            if rule == chosen && outcomes.contains(outcome) =>
        {
            Some(match outcome {
                Outcome::Invalid => Class::Invalid,
                Outcome::Redirect { .. } => Class::Redirect,
                Outcome::Forward { .. } => Class::Forward,
            })
        }
        _ => None,
    }
}

/// `namespace/name/port`
fn backend(cluster: &str) -> Backend {
    let parts: Vec<&str> = cluster.split('/').collect();
    Backend {
        namespace: parts[0].into(),
        service: parts[1].into(),
        port: parts[2].parse().expect("a port"),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("requests and routes are text")
}

/// The reference has words of its own for everything.
fn said_again(request: &RandomRequest) -> gamma_reference::Request {
    let request = request.clone();
    gamma_reference::Request {
        method: request.method,
        scheme: request.scheme,
        authority: request.authority,
        path: request.path,
        headers: request.headers,
        destination: request.destination,
    }
}
