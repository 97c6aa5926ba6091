//! What two configs do with the same request, found by asking both routers and applying their
//! decisions.
//!
//! Nothing here is shared with `gamma_diff`: backends are found by drawing, header edits are
//! compared by what they make of headers, and shares as numbers.

use std::{collections::BTreeMap, convert::Infallible, net::SocketAddr};

use fastrand::Rng;
use gamma_config::{Config, Filter, Fraction, Rule};
use gamma_diff::Diff;
use gamma_explain::request::Simulated;
use gamma_router::{
    Action, Answer, By, Decision, HeaderVisitor, RequestVisitor, ResponseVisitor, Router,
};

use crate::{
    NAMESPACES,
    request::{Aims, request},
    routes::EDITED,
};

/// Draws in which every backend of a rule is seen: the smallest share is 1/24.
const DRAWS: u64 = 400;

/// Both sides.
pub(crate) struct Oracle<'c> {
    old: World<'c>,
    new: World<'c>,
    aims: Aims<'c>,
}

/// One side, for clients of each namespace.
struct World<'c> {
    rules: BTreeMap<&'c str, &'c Rule>,
    routers: Vec<Router>,
}

/// What can become of a request, and which part of the requests.
type Outcome = BTreeMap<String, f64>;

impl<'c> Oracle<'c> {
    pub(crate) fn new(old: &'c Config, new: &'c Config) -> Self {
        Self {
            old: World::new(old),
            new: World::new(new),
            aims: Aims::new(old, new),
        }
    }

    /// A request that is decided otherwise, if one is found.
    pub(crate) fn search(&self, rng: &mut Rng, requests: usize) -> Option<String> {
        (0..requests).find_map(|_| {
            let request = request(rng, &self.aims);
            self.differs(&request)
                .map(|how| format!("{request:?}: {how}"))
        })
    }

    /// A request of `found` that is decided as before.
    pub(crate) fn denies(&self, found: &Diff) -> Option<String> {
        let tables = found.services.iter().flat_map(|service| &service.tables);
        let requests = tables
            .flat_map(|table| &table.changes)
            .flat_map(|change| &change.requests);
        requests
            .map(|request| match request.from {
                Some(_) => request.clone(),
                // For all but the namespaces that have routes of their own.
                None => Simulated {
                    from: Some("depot".into()),
                    ..request.clone()
                },
            })
            .find(|request| self.differs(request).is_none())
            .map(|request| format!("{request:?}"))
    }

    fn differs(&self, request: &Simulated) -> Option<String> {
        let (old, new) = (self.old.rule(request), self.new.rule(request));
        if let (Some(old), Some(new)) = (old, new)
            && old == new
        {
            return None;
        }
        let (old, new) = (self.old.outcome(request), self.new.outcome(request));
        let same = old.len() == new.len()
            && old
                .iter()
                .zip(&new)
                .all(|((a, share), (b, other))| a == b && (share - other).abs() < 1e-9);
        (!same).then(|| format!("{old:#?} became {new:#?}"))
    }
}

impl<'c> World<'c> {
    fn new(config: &'c Config) -> Self {
        let tables = config
            .services
            .iter()
            .flat_map(|service| &service.ports)
            .flat_map(|port| port.producer.iter().chain(port.consumers.values()));
        Self {
            rules: tables
                .flat_map(|table| &table.rules)
                .map(|rule| (&*rule.name, rule))
                .collect(),
            routers: NAMESPACES
                .map(|client| Router::new(config, client).unwrap())
                .into(),
        }
    }

    fn router(&self, request: &Simulated) -> &Router {
        let from = request.from.as_deref().unwrap();
        let number = NAMESPACES.iter().position(|namespace| *namespace == from);
        &self.routers[number.unwrap()]
    }

    fn rule(&self, request: &Simulated) -> Option<&'c Rule> {
        let router = self.router(request);
        request.with(|asked| {
            let decision = router.decide(asked, &mut Rng::with_seed(0));
            let name = router.rule(decision.rule?)?.name();
            self.rules.get(name).copied()
        })
    }

    fn outcome(&self, request: &Simulated) -> Outcome {
        let (router, rule) = (self.router(request), self.rule(request));
        let mut rng = Rng::with_seed(7);
        let mut by_backend: BTreeMap<Option<u32>, String> = BTreeMap::new();
        let draws = if rule.is_some_and(|rule| rule.backend_refs.len() > 1) {
            DRAWS
        } else {
            1
        };
        for _ in 0..draws {
            request.with(|asked| {
                // Which backend was drawn is not said if it answers a preflight.
                let decision = router.decide(asked, &mut rng);
                let backend = decision.backend.map(|backend| backend.index());
                let text = describe(router, rule, &decision, request);
                match backend {
                    Some(_) => drop(by_backend.insert(backend, text)),
                    None => drop(by_backend.insert(None, text)),
                }
            });
        }
        let mut outcome = Outcome::new();
        let weight = |backend: &Option<u32>| match (rule, backend) {
            (Some(rule), Some(backend)) => f64::from(rule.backend_refs[*backend as usize].weight),
            _ => 0.0,
        };
        let known: f64 = by_backend.keys().map(weight).sum();
        let total: f64 = match rule {
            Some(rule) => rule.backend_refs.iter().map(|b| f64::from(b.weight)).sum(),
            None => 0.0,
        };
        for (backend, text) in &by_backend {
            let share = match backend {
                // All, or what the backends that answer preflights have.
                None if known == 0.0 => 1.0,
                None => 1.0 - known / total,
                Some(_) => weight(backend) / total,
            };
            *outcome.entry(text.clone()).or_default() += share;
        }
        outcome
    }
}

/// All that can be seen of one draw.
fn describe(
    router: &Router,
    rule: Option<&Rule>,
    decision: &Decision,
    request: &Simulated,
) -> String {
    let forwarded = matches!(decision.action, Action::Forward { .. });
    let carried_out = forwarded || matches!(decision.action, Action::Redirect { .. });
    let mut seen = SeenRequest {
        headers: edited_headers(),
        authority: None,
    };
    let Ok(()) = router.visit_request(decision, request.line.path.as_bytes(), &mut seen);
    let action = match &decision.action {
        // A rewrite to what is there already is none.
        Action::Forward { cluster, path } => {
            let cluster = router.cluster(*cluster).unwrap();
            let authority = seen.authority.as_deref();
            let line = &request.line;
            let path = path
                .as_ref()
                .map_or(line.path.clone(), |p| String::from_utf8_lossy(p).into());
            format!("{cluster} {} {path}", authority.unwrap_or(&line.authority))
        }
        other => format!("{other:?}"),
    };
    let mut sent = seen.headers.0;
    let mut response = SeenResponse(edited_headers());
    let Ok(()) = router.visit_response(decision, &mut response);
    let mut answered = response.0.0;
    for (_, value) in answered.iter_mut().filter(|(name, _)| is_of_cors(name)) {
        let mut names: Vec<&str> = value.split(',').collect();
        names.sort_unstable();
        *value = names.join(",");
    }
    sent.sort();
    answered.sort();
    let auth = router.external_auth(decision).map(|auth| {
        let names = |names: &[Box<str>]| {
            let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
            names.sort();
            names
        };
        let told = names(&auth.allowed_headers);
        format!(
            "{} {} {told:?} {:?}",
            auth.cluster,
            auth.path_prefix,
            names(&auth.allowed_response_headers)
        )
    });
    let policy = decision.rule.and_then(|id| router.rule(id)?.policy());
    let policy = policy.map(|policy| {
        let retry = policy.retry.clone().map(|mut retry| {
            retry.codes.sort_unstable();
            retry.attempts = retry.attempts.or(Some(1));
            retry
        });
        // A redirect takes no time, unless somebody has to allow it.
        match (forwarded, carried_out && auth.is_some()) {
            (true, _) => format!("{:?} {retry:?}", policy.timeouts),
            (_, true) => format!("{:?}", policy.timeouts.request),
            _ => String::new(),
        }
    });
    let policy = policy.filter(|text| !text.is_empty() && text != "None");
    let mut mirrors = Vec::new();
    if let (true, Some(rule)) = (forwarded, rule) {
        let backend = decision
            .backend
            .and_then(|b| rule.backend_refs.get(b.index() as usize));
        let of_backend = backend.into_iter().flat_map(|b| &b.filters);
        for filter in rule.filters.iter().chain(of_backend) {
            if let Filter::RequestMirror(mirror) = filter
                && mirror.fraction.numerator > 0
            {
                let share =
                    f64::from(mirror.fraction.numerator) / f64::from(mirror.fraction.denominator);
                mirrors.push(format!("{} {share}", mirror.cluster));
            }
        }
    }
    mirrors.sort();
    let session = rule.and_then(|rule| rule.session_persistence.as_ref().map(|s| (rule, s)));
    let session = session.filter(|_| forwarded).map(|(rule, session)| {
        let mut clusters: Vec<_> = rule
            .backend_refs
            .iter()
            .filter_map(|b| b.cluster.clone())
            .collect();
        clusters.sort();
        clusters.dedup();
        let mut session = session.clone();
        if session.kind == gamma_config::SessionType::Header {
            // "Only of cookies."
            session.path = String::new();
            session.permanent = false;
        }
        format!("{} {} {session:?} {clusters:?}", rule.route, rule.name)
    });
    format!(
        "{action} sends {sent:?} answers {answered:?} {auth:?} {policy:?} {mirrors:?} {session:?}"
    )
}

/// Headers that the routes edit, as a client or a backend sends them.
fn edited_headers() -> SeenHeaders {
    let names = EDITED.iter().map(|name| name.to_lowercase());
    SeenHeaders(names.map(|name| (name, "there".into())).collect())
}

/// Whether the header has a list whose order says nothing.
fn is_of_cors(name: &str) -> bool {
    name == "vary" || name.starts_with("access-control-")
}

/// Names and values, after what was done to them.
struct SeenHeaders(Vec<(String, String)>);

impl HeaderVisitor for SeenHeaders {
    type Error = Infallible;

    fn remove(&mut self, name: &str, _: By) -> Result<(), Infallible> {
        self.0.retain(|(other, _)| other != name);
        Ok(())
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.remove(name, by)?;
        self.add(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], _: By) -> Result<(), Infallible> {
        let value = String::from_utf8_lossy(value).into_owned();
        self.0.push((name.into(), value));
        Ok(())
    }
}

/// A request as a backend gets it, without what is said to the proxy.
struct SeenRequest {
    headers: SeenHeaders,
    authority: Option<String>,
}

impl HeaderVisitor for SeenRequest {
    type Error = Infallible;

    fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
        self.headers.remove(name, by)
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.headers.set(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.headers.add(name, value, by)
    }
}

impl RequestVisitor for SeenRequest {
    fn authority(&mut self, authority: &str, _: By) -> Result<(), Infallible> {
        self.authority = Some(authority.into());
        Ok(())
    }

    fn path(&mut self, _: &[u8], _: &[u8], _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn endpoint(&mut self, _: SocketAddr) -> Result<(), Infallible> {
        Ok(())
    }

    fn mirror(&mut self, _: &str, _: Fraction, _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn control(&mut self, _: &'static str, _: &str) -> Result<(), Infallible> {
        Ok(())
    }

    fn cluster(&mut self, _: &str, _: &str) -> Result<(), Infallible> {
        Ok(())
    }

    fn answer(&mut self, _: &Answer<'_>) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A response as a client gets it. No session begins with it: those are compared by their rules.
struct SeenResponse(SeenHeaders);

impl HeaderVisitor for SeenResponse {
    type Error = Infallible;

    fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
        self.0.remove(name, by)
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.0.set(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.0.add(name, value, by)
    }
}

impl ResponseVisitor for SeenResponse {
    fn answered_by(&mut self) -> Option<SocketAddr> {
        None
    }
}
