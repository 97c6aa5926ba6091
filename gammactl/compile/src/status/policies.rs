//! Builds the status of every BackendTLSPolicy, with respect to each Service that it is for.
//!
//! "The relevant object for status" is a Gateway where there is one. Where clients' own proxies route,
//! that is the Service: it is what the policy targets, and what routes are attached to.

use gamma_manifest::{Manifests, PolicyTarget};

use super::conditions::{Condition, ConditionType, quote};
use crate::{
    backend_tls::{BackendTls, INVALID, ResolvedPolicy, TargetFault},
    index,
    index::Index,
};

/// The status of one policy.
#[derive(Debug, Clone)]
pub struct PolicyStatus {
    /// Namespace of the policy, and of what it is for.
    pub namespace: String,
    /// Name of the policy.
    pub name: String,
    /// `metadata.generation`, where the manifest has one.
    pub generation: Option<u64>,
    /// One for each targetRef to a Service, in the order of the policy.
    pub ancestors: Vec<AncestorStatus>,
}

/// The status of a policy with respect to one of its targets.
#[derive(Debug, Clone)]
pub struct AncestorStatus {
    /// The targetRef as the policy has it.
    pub target: PolicyTarget,
    /// Each type at most once.
    pub conditions: Vec<Condition>,
}

/// The status of every BackendTLSPolicy that is for a Service, by namespace and name.
#[must_use]
pub fn policy_statuses(manifests: &Manifests) -> Vec<PolicyStatus> {
    let index = Index::new(manifests);
    let policies = BackendTls::new(manifests, &index);
    let of_service = |target: &PolicyTarget| {
        index::service_kind(&target.group.value, &target.kind.value).is_some()
    };
    let mut statuses: Vec<PolicyStatus> = policies
        .policies()
        .iter()
        .map(|resolved| {
            let metadata = &resolved.policy.metadata;
            let targets = resolved.policy.target_refs.iter().zip(&resolved.targets);
            let ancestors =
                targets
                    .filter(|(target, _)| of_service(target))
                    .map(|(target, fault)| AncestorStatus {
                        target: target.clone(),
                        conditions: conditions(resolved, fault.as_ref().err(), target),
                    });
            PolicyStatus {
                namespace: metadata.namespace.clone(),
                name: metadata.name.value.clone(),
                generation: metadata.generation,
                ancestors: ancestors.collect(),
            }
        })
        .filter(|status| !status.ancestors.is_empty())
        .collect();
    statuses.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    statuses
}

fn conditions(
    resolved: &ResolvedPolicy<'_>,
    fault: Option<&TargetFault<'_>>,
    target: &PolicyTarget,
) -> Vec<Condition> {
    let (status, reason, message) = accepted(resolved, fault, target);
    let accepted = Condition {
        kind: ConditionType::Accepted,
        status,
        reason,
        message,
    };
    let mut unresolved = resolved.faults.iter().filter(|f| f.reason != INVALID);
    let first = unresolved.clone().next();
    let resolved_refs = Condition {
        kind: ConditionType::ResolvedRefs,
        status: first.is_none(),
        reason: first.map_or("ResolvedRefs", |fault| fault.reason),
        message: match first {
            None => "every reference leads to certificates".into(),
            Some(_) => quote(unresolved.by_ref().map(|fault| fault.message.clone())),
        },
    };
    vec![accepted, resolved_refs]
}

fn accepted(
    resolved: &ResolvedPolicy<'_>,
    fault: Option<&TargetFault<'_>>,
    target: &PolicyTarget,
) -> (bool, &'static str, String) {
    match fault {
        Some(TargetFault::NotFound { message, .. }) => {
            return (false, "TargetNotFound", message.clone());
        }
        Some(TargetFault::Conflict(first)) => {
            let metadata = &first.metadata;
            let message = format!(
                "BackendTLSPolicy `{}/{}` is for it too, and comes first",
                metadata.namespace, metadata.name.value
            );
            return (false, "Conflicted", message);
        }
        None => {}
    }
    if resolved.settings.is_none() {
        let faults = resolved.faults.iter();
        let invalid = faults.clone().any(|fault| fault.reason == INVALID);
        let reason = match invalid {
            true => INVALID,
            // "If ALL CACertificateRefs are invalid"
            false => "NoValidCACertificate",
        };
        return (false, reason, quote(faults.map(|f| f.message.clone())));
    }
    let port = target.section_name.as_ref();
    let port = port.map_or_else(String::new, |name| format!("port {} of ", name.value));
    let message = format!(
        "TLS to {port}{} {}/{}",
        target.kind.value, resolved.policy.metadata.namespace, target.name.value
    );
    (true, "Accepted", message)
}
