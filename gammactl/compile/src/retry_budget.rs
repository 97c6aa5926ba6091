//! Finds the retry budget of each Service, as XBackendTrafficPolicies have it (GEP-3388). Of two policies
//! for one Service the older one counts, then the first by namespace and name.

use std::collections::{HashMap, hash_map::Entry};

use gamma_manifest::{
    BackendTrafficPolicy, Manifests, RetryBudget, Service,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use crate::{
    TlsToBackends,
    backend_tls::{TargetFault, resolve},
    frontend::ServiceKey,
    index::Index,
    options::Options,
};

/// The retry budgets of Services.
#[derive(Debug, Default)]
pub struct RetryBudgets<'m>(HashMap<ServiceKey<'m>, RetryBudget>);

impl<'m> RetryBudgets<'m> {
    /// Of all policies in `manifests`.
    #[must_use]
    pub fn new(manifests: &'m Manifests, index: &Index<'m>) -> Self {
        Self::reported(manifests, index, |_| ())
    }

    /// The budget of a Service, if it has one.
    #[must_use]
    pub fn of(&self, service: &Service) -> Option<RetryBudget> {
        self.0.get(&ServiceKey::of(service)).copied()
    }

    fn reported(
        manifests: &'m Manifests,
        index: &Index<'m>,
        mut report: impl FnMut(Diagnostic),
    ) -> Self {
        let mut sorted: Vec<&BackendTrafficPolicy> =
            manifests.backend_traffic_policies.iter().collect();
        sorted.sort_by_key(|policy| policy.metadata.seniority());
        let mut best: HashMap<ServiceKey<'m>, &BackendTrafficPolicy> = HashMap::new();
        for policy in sorted {
            for target in &policy.target_refs {
                let service = match resolve(&policy.metadata.namespace, target, index) {
                    Ok(port) => port.service,
                    Err(
                        TargetFault::Conflict(_)
                        | TargetFault::NotFound {
                            is_left_out: true, ..
                        },
                    ) => continue,
                    Err(TargetFault::NotFound {
                        span,
                        message,
                        hint,
                        ..
                    }) => {
                        report(
                            Diagnostic::new(&codes::POLICY_WITHOUT_TARGET, span, message)
                                .why("the policy has no effect there")
                                .hint(hint),
                        );
                        continue;
                    }
                };
                match best.entry(service) {
                    Entry::Vacant(entry) => drop(entry.insert(policy)),
                    Entry::Occupied(first) => {
                        let name = &first.get().metadata.name;
                        let message =
                            format!("XBackendTrafficPolicy `{}` is for it too", name.value);
                        report(
                            Diagnostic::new(&codes::POLICIES_CONFLICT, target.span, message)
                                .why("the older policy counts, or the first by name: this one has no effect there")
                                .hint("remove one")
                                .also(name.span, "the policy that counts"),
                        );
                    }
                }
            }
        }
        let budgets = best.into_iter();
        Self(
            budgets
                .filter_map(|(service, policy)| Some((service, policy.retry_budget?)))
                .collect(),
        )
    }
}

/// Adds what is wrong with the policies, and what of them has no effect.
pub(crate) fn report(
    manifests: &Manifests,
    index: &Index<'_>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) {
    RetryBudgets::reported(manifests, index, |found| diagnostics.push(found));
    for policy in &manifests.backend_traffic_policies {
        if let Some(span) = policy.session_persistence {
            diagnostics.push(
                Diagnostic::new(
                    &codes::DECLARED_ELSEWHERE,
                    span,
                    "`sessionPersistence` of an XBackendTrafficPolicy has no effect here",
                )
                .why("sessions here belong to a rule, and keep its backend as well as the endpoint")
                .hint("write `sessionPersistence` into the route's rules"),
            );
        }
        let Some(budget) = &policy.retry_budget else {
            continue;
        };
        if options.tls_to_backends == TlsToBackends::Proxy {
            diagnostics.push(
                Diagnostic::new(
                    &codes::DECLARED_ELSEWHERE,
                    budget.span,
                    "`retryConstraint` has no effect with the clusters of another proxy",
                )
                .why("the filter names clusters; how many retries they get is up to whoever makes them")
                .hint("set `retry_budget` of the proxy's cluster"),
            );
        } else if let Some(span) = budget.interval {
            diagnostics.push(
                Diagnostic::new(
                    &codes::BUDGET_INTERVAL,
                    span,
                    "`interval` of a retry budget has no effect",
                )
                .why("Envoy counts the requests that are active at the moment, so the share is of those")
                .hint("nothing to do"),
            );
        }
    }
}
