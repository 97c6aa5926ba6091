//! What a decision does, as lists. [`Router::visit_request`](crate::Router::visit_request) and
//! [`Router::visit_response`](crate::Router::visit_response) say the same and more, in order.

use fastrand::Rng;
use gamma_config::Fraction;

use crate::{
    decision::{Action, Decision},
    filter::HeaderEdits,
    id::{BackendId, RuleId},
    router::Router,
    visitor::is_copied,
};

impl Router {
    /// Edits to make to the headers of a request before it is forwarded, in order: the rule's,
    /// then the backend's.
    pub fn request_edits(&self, decision: &Decision) -> impl Iterator<Item = &HeaderEdits> {
        self.filters(decision).map(|(filters, _)| &filters.request)
    }

    /// Edits to make to the headers of the response, in order.
    pub fn response_edits(
        &self,
        rule: Option<RuleId>,
        backend: Option<BackendId>,
    ) -> impl Iterator<Item = &HeaderEdits> {
        let decision = Decision {
            rule,
            backend,
            ..Decision::without_rule(Action::PassThrough)
        };
        self.filters(&decision)
            .map(|(filters, _)| &filters.response)
            .filter(|edits| {
                !(edits.remove.is_empty() && edits.set.is_empty() && edits.add.is_empty())
            })
    }

    /// The new authority of a request that is forwarded; a backend's own replaces the rule's.
    pub fn new_authority(&self, decision: &Decision) -> Option<&str> {
        let hostnames = self.filters(decision).map(|(filters, _)| &filters.hostname);
        hostnames.flatten().last().map(|hostname| &**hostname)
    }

    /// Where copies of a request with this decision may go, and which part of them does: the rule's
    /// mirrors, then the backend's. None unless the request is forwarded.
    pub fn possible_mirrors<'r>(
        &'r self,
        decision: &Decision,
    ) -> impl Iterator<Item = (&'r str, Fraction)> {
        let forwarded = matches!(decision.action, Action::Forward { .. });
        self.filters(decision)
            .filter(move |_| forwarded)
            .flat_map(|(filters, _)| &filters.mirrors)
            .filter_map(|mirror| Some((self.cluster(mirror.cluster)?, mirror.fraction)))
    }

    /// The same, drawn.
    pub fn mirrors<'r>(
        &'r self,
        decision: &Decision,
        rng: &'r mut Rng,
    ) -> impl Iterator<Item = &'r str> {
        self.possible_mirrors(decision)
            .filter(move |(_, fraction)| is_copied(*fraction, rng))
            .map(|(cluster, _)| cluster)
    }
}
