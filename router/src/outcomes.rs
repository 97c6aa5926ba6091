//! Lists every decision that can be made on a request, with its weight, where `decide` draws one.

use crate::{
    compiled_table::PlacedTable,
    decision::{Action, Decision, Reason},
    entry::Position,
    port::Port,
    request::{Headers, Request},
    router::Router,
    trace::{Outcome, Outcomes, Winner},
};

impl Router {
    /// The match that wins, and what may come of it with each backend.
    pub fn outcomes<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> Outcomes {
        let Some((_, port)) = self.port(request) else {
            return Outcomes::only(Decision::without_rule(Action::PassThrough));
        };
        match self.table_of(port) {
            None => Outcomes::only(Self::no_routes(port)),
            Some(table) => table.outcomes_at(port, table.find(request), request),
        }
    }
}

impl PlacedTable<'_> {
    /// The outcomes of a request for `port` once the match that wins was found.
    pub(crate) fn outcomes_at<H: Headers + ?Sized>(
        self,
        port: &Port,
        found: Option<Position>,
        request: &Request<'_, H>,
    ) -> Outcomes {
        let found =
            found.and_then(|position| Some((position, self.table.matches.entry(position)?)));
        let Some((position, entry)) = found else {
            let action = Action::Reply(Reason::NoMatchingRule);
            return Outcomes::only(Decision::without_rule(action));
        };
        let winner = Some(Winner {
            position: position as usize,
            rule: self.rule_id(entry),
        });
        let undrawn = match self.before_backend(port, entry, request) {
            Ok(undrawn) => undrawn,
            Err(decision) => {
                return Outcomes {
                    winner,
                    ..Outcomes::only(decision)
                };
            }
        };
        let with = |backend| {
            let undrawn = undrawn.clone();
            undrawn.with_backend(backend, port, entry, request)
        };
        if let Some(pin) = &undrawn.pin {
            let decision = with(Some(pin.backend));
            return Outcomes {
                winner,
                in_session: decision.backend.is_some(),
                ..Outcomes::only(decision)
            };
        }
        let weights = undrawn.rule.split.weights();
        let total: u64 = weights.iter().sum();
        if total == 0 {
            return Outcomes {
                winner,
                ..Outcomes::only(with(None))
            };
        }
        let backends = weights.into_iter().enumerate();
        Outcomes {
            winner,
            in_session: false,
            all: backends
                .filter(|(_, weight)| *weight > 0)
                .map(|(backend, weight)| Outcome {
                    weight,
                    total,
                    decision: with(Some(backend)),
                })
                .collect(),
        }
    }
}

impl Outcomes {
    /// A single outcome: there is no backend to draw.
    pub(crate) fn only(decision: Decision) -> Self {
        let (weight, total) = (1, 1);
        Self {
            winner: None,
            in_session: false,
            all: vec![Outcome {
                weight,
                total,
                decision,
            }],
        }
    }
}
