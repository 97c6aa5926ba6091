//! The decision of the router about one request: the match that wins, and every outcome that its
//! rule can have.

use gamma_config::Rule;
use gamma_explain::request::Simulated;
use gamma_router::{BuildError, Decision, Request, Router};

use super::{
    effects::{RequestEffects, ResponseEffects},
    outcome::{RequestOutcome, Treatment},
    port_side::PortSide,
    table::MatchRow,
    wording,
};

/// Decides requests by one table, with the filter's own router.
#[derive(Debug)]
pub(super) struct Decider<'c> {
    rows: &'c [MatchRow<'c>],
    router: Router,
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
    pub(super) fn new(rows: &'c [MatchRow<'c>], side: PortSide<'_>) -> Result<Self, BuildError> {
        let router = side.router(side.table)?;
        Ok(Self { rows, router })
    }

    pub(super) fn decide(&self, request: &Simulated) -> Decided {
        request.with(|asked| {
            let outcomes = self.router.outcomes(asked);
            // Behind all matches is the row for what none of them selects.
            let none = self.rows.len() - 1;
            let row = outcomes.winner.map_or(none, |winner| winner.position);
            let rule = self.rows[row].rule;
            let treatments = outcomes.all.iter().map(|possible| {
                let treatment = self.treatment(&possible.decision, rule, asked);
                (possible.weight, treatment)
            });
            Decided {
                row,
                outcome: RequestOutcome::new(treatments),
            }
        })
    }

    /// `rule` is the one that `decision` is by, as it is written.
    fn treatment(
        &self,
        decision: &Decision,
        rule: Option<&Rule>,
        request: &Request<'_, [(&str, &[u8])]>,
    ) -> Treatment {
        let router = &self.router;
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
}
