//! The decision of the router about one request: the match that wins, and every outcome that its
//! rule can have.

use std::cell::OnceCell;

use gamma_config::{RouteTable, Rule};
use gamma_explain::request::Simulated;
use gamma_router::{BuildError, Decision, Request, Router};

use super::{
    cors,
    effects::{RequestEffects, ResponseEffects},
    outcome::{AnsweredBy, RequestOutcome, Treatment},
    port_side::PortSide,
    table::MatchRow,
    wording,
};

/// Decides requests by one table, with the filter's own router.
#[derive(Debug)]
pub(super) struct Decider<'c> {
    rows: &'c [MatchRow<'c>],
    router: Router,
    /// For each row of a list a router with nothing but its rule, made when it is asked for.
    of_rows: Option<Vec<OnceCell<Router>>>,
    side: PortSide<'c>,
}

/// What became of a request.
#[derive(Debug)]
pub(super) struct Decided {
    /// Which row of the table decided.
    pub(super) row: usize,
    pub(super) outcome: RequestOutcome,
}

impl<'c> Decider<'c> {
    /// `rows` are those of the table of `side`.
    pub(super) fn new(rows: &'c [MatchRow<'c>], side: PortSide<'c>) -> Result<Self, BuildError> {
        let none = RouteTable::default();
        let table = match side.list {
            Some(_) => Some(&none),
            None => side.table,
        };
        let mut router = side.router(table)?;
        let mut of_rows = None;
        if side.list.is_some() {
            // Each rule is tried once, so that none fails later.
            for rule in side.table.iter().flat_map(|table| &table.rules) {
                router = side.router(Some(&alone(rule)))?;
            }
            of_rows = Some(rows.iter().map(|_| OnceCell::new()).collect());
        }
        Ok(Self {
            rows,
            router,
            of_rows,
            side,
        })
    }

    pub(super) fn decide(&self, request: &Simulated) -> Decided {
        request.with(|asked| {
            // Behind all matches is the row for what none of them selects.
            let none = self.rows.len() - 1;
            let (router, row) = match &self.of_rows {
                None => (&self.router, None),
                Some(routers) => {
                    let row = self.first(asked);
                    (routers[row].get_or_init(|| self.router_of(row)), Some(row))
                }
            };
            let outcomes = router.outcomes(asked);
            let row = row.unwrap_or_else(|| outcomes.winner.map_or(none, |winner| winner.position));
            let MatchRow { rule, entry, .. } = &self.rows[row];
            let possible = outcomes.all.iter().enumerate();
            let treatments = possible.map(|(number, possible)| {
                let mut treatment = treatment(router, &possible.decision, *rule, asked);
                let path = entry.and_then(|entry| entry.path.as_ref());
                if let Some(new) = path {
                    let old = String::from_utf8_lossy(asked.path);
                    let new = new.of(&old);
                    if !matches!(treatment.answered_by, AnsweredBy::Cluster(_)) {
                        // A redirect that leaves the path alone has the new one in its Location.
                        let renamed = Request {
                            path: new.as_bytes(),
                            ..*asked
                        };
                        let again = router.outcomes(&renamed);
                        let again = again.all.get(number).unwrap_or(possible);
                        let treatment = self::treatment(router, &again.decision, *rule, &renamed);
                        return (again.weight, treatment);
                    }
                    if new != old {
                        treatment.effects.insert("path".into(), new);
                    }
                }
                (possible.weight, treatment)
            });
            Decided {
                row,
                outcome: RequestOutcome::new(treatments),
            }
        })
    }

    /// The first row of a list that takes a request. A preflight is for the request that it announces, as for routes.
    fn first(&self, asked: &Request<'_, [(&str, &[u8])]>) -> usize {
        let by_entries = |asked: &Request<'_, [(&str, &[u8])]>| {
            let takes = |row: &MatchRow<'_>| row.entry.is_none_or(|entry| entry.takes(asked));
            self.rows.iter().position(takes)
        };
        let answers = |row: &usize| self.rows[*row].rule.is_some_and(cors::has_cors);
        let found = by_entries(asked);
        let first = match cors::announced_method(asked) {
            Some(method) if !found.as_ref().is_some_and(answers) => {
                by_entries(&Request { method, ..*asked })
                    .filter(answers)
                    .or(found)
            }
            _ => found,
        };
        first.unwrap_or(self.rows.len() - 1)
    }

    /// A router that does with every request what the row does.
    fn router_of(&self, row: usize) -> Router {
        let table = self.rows[row].rule.map(alone).unwrap_or_default();
        let router = self.side.router(Some(&table));
        router.expect("each rule has been tried")
    }
}

/// A table that has the rule for every request.
fn alone(rule: &Rule) -> RouteTable {
    RouteTable {
        rules: vec![rule.clone()],
        ..RouteTable::default()
    }
}

/// `rule` is the one that `decision` is by, as it is written.
fn treatment(
    router: &Router,
    decision: &Decision,
    rule: Option<&Rule>,
    request: &Request<'_, [(&str, &[u8])]>,
) -> Treatment {
    let policy = decision.rule.and_then(|id| router.rule(id)?.policy());
    let mut visitor = RequestEffects::new(request, policy);
    let Ok(()) = router.visit_request(decision, request.path, &mut visitor);
    let (answered_by, mut effects) = visitor.finish();

    let mut visitor = ResponseEffects::default();
    let Ok(()) = router.visit_response(decision, &mut visitor);
    effects.extend(visitor.finish());

    let mut say = |said: Vec<(&'static str, String)>| {
        let said = said.into_iter();
        effects.extend(said.map(|(name, value)| (name.into(), value)));
    };
    if let Some(auth) = router.external_auth(decision) {
        say(wording::external_auth(auth, policy));
    }
    if decision.session.is_some() {
        say(rule.map(wording::session).unwrap_or_default());
    }
    Treatment {
        answered_by,
        effects,
    }
}
