//! Finds the BackendTLSPolicy that each Service port is reached by, and what it asks for (GEP-1897).
//!
//! "The older policy by creation timestamp takes precedence", then the first "in alphabetical order by
//! {namespace}/{name}". A policy for a port (`sectionName`) comes before one for the whole Service.

mod der;
mod findings;
mod needs;
mod pem;
mod settings;
mod target;

use std::collections::{HashMap, hash_map::Entry};

use gamma_manifest::{BackendTlsPolicy, Manifests, Service, ServicePort};

pub(crate) use self::{
    findings::report,
    settings::INVALID,
    target::{TargetFault, resolve},
};
pub use self::{
    needs::asks_for_tls,
    settings::{TlsSettings, TrustedCertificates},
};
use self::{settings::PolicyFault, target::TargetPort};
use crate::index::Index;

/// The BackendTLSPolicies of the input, and the Service ports that they are for.
#[derive(Debug)]
pub struct BackendTls<'m> {
    /// Best first.
    policies: Vec<ResolvedPolicy<'m>>,
    /// The best policy for each target.
    best: HashMap<TargetPort<'m>, usize>,
}

/// A policy, and what became of it.
#[derive(Debug)]
pub(crate) struct ResolvedPolicy<'m> {
    pub(crate) policy: &'m BackendTlsPolicy,
    /// `None` if all connections under the policy fail.
    pub(crate) settings: Option<TlsSettings>,
    /// What is wrong with it, whatever it is for.
    pub(crate) faults: Vec<PolicyFault>,
    /// What became of each of its `targetRefs`.
    pub(crate) targets: Vec<Result<(), TargetFault<'m>>>,
}

/// How the endpoints of a Service port are reached.
#[derive(Debug, Clone, Copy)]
pub enum BackendConnection<'t> {
    /// No policy is for it.
    Plain,
    /// By TLS.
    Tls(&'t TlsSettings),
    /// Not at all: "connections … MUST fail, and the client MUST receive an HTTP 5xx error response".
    Refused(&'t BackendTlsPolicy),
}

impl<'m> BackendTls<'m> {
    /// Of all policies in `manifests`.
    #[must_use]
    pub fn new(manifests: &'m Manifests, index: &Index<'m>) -> Self {
        let mut sorted: Vec<&BackendTlsPolicy> = manifests.backend_tls_policies.iter().collect();
        sorted.sort_by_key(|policy| policy.metadata.seniority());
        let config_maps = settings::config_maps(manifests);
        let mut best: HashMap<TargetPort<'m>, usize> = HashMap::new();
        let mut policies: Vec<ResolvedPolicy<'m>> = Vec::new();
        for (number, policy) in sorted.into_iter().enumerate() {
            let targets = policy.target_refs.iter().map(|target| {
                let port = target::resolve(&policy.metadata.namespace, target, index)?;
                match best.entry(port) {
                    Entry::Vacant(entry) => {
                        entry.insert(number);
                        Ok(())
                    }
                    Entry::Occupied(before) => Err(TargetFault::Conflict(
                        // A policy can't be in conflict with itself: its targets are distinct.
                        policies
                            .get(*before.get())
                            .map_or(policy, |before| before.policy),
                    )),
                }
            });
            let targets = targets.collect();
            let (settings, faults) = settings::of(policy, &config_maps);
            policies.push(ResolvedPolicy {
                policy,
                settings,
                faults,
                targets,
            });
        }
        Self { policies, best }
    }

    /// How the endpoints of `port` of `service` are reached.
    #[must_use]
    pub fn connection(&self, service: &Service, port: &ServicePort) -> BackendConnection<'_> {
        let number = target::of(service, port).find_map(|target| self.best.get(&target));
        let Some(resolved) = number.and_then(|number| self.policies.get(*number)) else {
            return BackendConnection::Plain;
        };
        match &resolved.settings {
            Some(settings) => BackendConnection::Tls(settings),
            None => BackendConnection::Refused(resolved.policy),
        }
    }

    /// Every policy, best first.
    pub(crate) fn policies(&self) -> &[ResolvedPolicy<'m>] {
        &self.policies
    }
}
