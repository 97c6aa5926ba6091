//! What the router makes of one request: all of it, not one draw.

use std::collections::BTreeMap;

use gamma_config::{BackendRef, Port, RouteTable, Rule};
use gamma_explain::request::Simulated;
use gamma_router::{Action, BuildError, Request, Router};

use super::{
    effects,
    outcome::{Answer, Outcome, Target},
    table::Entry,
    target::Frontend,
};

/// Decides requests by one table, with the filter's own router.
///
/// A decision draws one backend. To see all of them there is one router for the first backend of
/// each rule, one for the second, and so on. And to see which match won, each match is a rule of
/// its own in them, named by its number: the first match that holds still wins.
#[derive(Debug)]
pub(super) struct Decider<'c> {
    entries: &'c [Entry<'c>],
    routers: Vec<Router>,
}

/// What became of a request.
#[derive(Debug)]
pub(super) struct Decided {
    /// Which entry of the table decided.
    pub(super) entry: usize,
    pub(super) outcome: Outcome,
}

impl<'c> Decider<'c> {
    pub(super) fn new(
        entries: &'c [Entry<'c>],
        has_table: bool,
        frontend: Frontend<'_>,
    ) -> Result<Self, BuildError> {
        let rules = || entries.iter().filter_map(|entry| entry.rule);
        let most = rules().map(|rule| rule.backend_refs.len()).max();
        let routers = (0..most.unwrap_or(0).max(1)).map(|backend| {
            let table = RouteTable {
                rules: single(entries, backend),
                match_order: Vec::new(),
            };
            let port = Port {
                port: frontend.port.port,
                cluster: frontend.port.cluster.clone(),
                producer: has_table.then_some(table),
                consumers: Default::default(),
            };
            Router::new(&frontend.alone(port), frontend.client)
        });
        Ok(Self {
            entries,
            routers: routers.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn decide(&self, request: &Simulated) -> Decided {
        let entry = request.with(|asked| self.winner(asked));
        let rule = self.entries.get(entry).and_then(|entry| entry.rule);
        let backends = rule.map_or(&[][..], |rule| &rule.backend_refs);
        let drawn: Vec<(u64, usize)> = backends
            .iter()
            .zip(0..)
            .map(|(backend, number)| (u64::from(backend.weight), number))
            .filter(|(weight, _)| *weight > 0)
            .collect();
        let drawn = match drawn.is_empty() {
            true => vec![(1, 0)],
            false => drawn,
        };
        let answers = drawn.into_iter().map(|(weight, number)| {
            let answer = request.with(|asked| self.answer(asked, rule, number));
            (weight, answer)
        });
        Decided {
            entry,
            outcome: Outcome::new(answers.collect()),
        }
    }

    fn winner(&self, request: &Request<'_, [(&str, &[u8])]>) -> usize {
        let router = &self.routers[0];
        let decision = router.decide(request, &mut fastrand::Rng::with_seed(0));
        let name = decision
            .rule
            .and_then(|rule| router.rule(rule))
            .map(|rule| rule.name());
        name.and_then(|name| name.parse().ok())
            .unwrap_or(self.entries.len() - 1)
    }

    fn answer(
        &self,
        request: &Request<'_, [(&str, &[u8])]>,
        rule: Option<&Rule>,
        number: usize,
    ) -> Answer {
        let router = &self.routers[number];
        let decision = router.decide(request, &mut fastrand::Rng::with_seed(0));
        let mut seen = BTreeMap::new();
        let mut say = |name: &str, value: String| seen.insert(name.into(), value);
        let target = match &decision.action {
            Action::PassThrough => Target::PassThrough,
            Action::Preflight => Target::Preflight,
            Action::Redirect { status, location } => Target::Redirect {
                status: *status,
                location: text(location),
            },
            Action::Reply(reply) => Target::Error {
                status: reply.status(),
                reason: reply.reason.as_str(),
            },
            Action::Forward { cluster, path } => {
                let authority = router.new_authority(&decision);
                let is_new = |new: &[u8], old: &[u8]| new != old;
                if let Some(authority) =
                    authority.filter(|a| is_new(a.as_bytes(), request.authority))
                {
                    say("hostname", authority.into());
                }
                if let Some(path) = path.as_ref().filter(|path| is_new(path, request.path)) {
                    say("path", text(path));
                }
                Target::Cluster(router.cluster(*cluster).unwrap_or_default().into())
            }
        };
        if let Some(rule) = rule {
            effects::of_rule(rule, number, &decision, &mut seen);
        }
        effects::of_headers(router, &decision, &mut seen);
        Answer {
            target,
            effects: seen,
        }
    }
}

/// A rule for each match, with its rule's backend of that number only.
fn single(entries: &[Entry<'_>], backend: usize) -> Vec<Rule> {
    let selecting = entries.iter().zip(0_usize..);
    selecting
        .filter_map(|(entry, number)| Some((entry.rule?, entry.r#match, number)))
        .map(|(rule, r#match, number)| {
            let draws = rule.backend_refs.iter().any(|b| b.weight > 0);
            let only = rule.backend_refs.get(backend).map(|only| BackendRef {
                weight: u32::from(draws),
                ..only.clone()
            });
            Rule {
                name: number.to_string(),
                matches: r#match.cloned().into_iter().collect(),
                filters: rule.filters.clone(),
                backend_refs: only.into_iter().collect(),
                invalid: rule.invalid.clone(),
                // What only the proxy does is read from the rule itself.
                ..Rule::default()
            }
        })
        .collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
