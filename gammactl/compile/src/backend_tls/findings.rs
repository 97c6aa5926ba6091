//! Says what is wrong with BackendTLSPolicies.

use gamma_manifest::{
    BackendTlsPolicy,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{BackendTls, ResolvedPolicy, target::TargetFault};

/// Adds every finding about the policies.
pub(crate) fn report(policies: &BackendTls<'_>, diagnostics: &mut Diagnostics) {
    for resolved in policies.policies() {
        for (target, fault) in resolved.policy.target_refs.iter().zip(&resolved.targets) {
            match fault {
                Ok(())
                | Err(TargetFault::NotFound {
                    is_left_out: true, ..
                }) => {}
                Err(TargetFault::NotFound {
                    span,
                    message,
                    hint,
                    ..
                }) => diagnostics.push(
                    Diagnostic::new(&codes::POLICY_WITHOUT_TARGET, *span, message.clone())
                        .why("the policy has no effect there: no connection is made by TLS for it")
                        .hint(hint.clone()),
                ),
                Err(TargetFault::Conflict(first)) => {
                    let message = format!(
                        "BackendTLSPolicy `{}` is for {} `{}` too",
                        name(first),
                        target.kind.value,
                        target.name.value,
                    );
                    let why = "one policy counts for a Service port, the older one or the first by \
                               name, so this one has no effect there";
                    diagnostics.push(
                        Diagnostic::new(&codes::POLICIES_CONFLICT, target.span, message)
                            .why(why)
                            .hint("remove one, or give them different ports by `sectionName`")
                            .also(first.metadata.name.span, "the policy that counts"),
                    );
                }
            }
        }
        faults(resolved, diagnostics);
    }
}

fn faults(resolved: &ResolvedPolicy<'_>, diagnostics: &mut Diagnostics) {
    let ResolvedPolicy {
        policy,
        settings,
        faults,
        ..
    } = resolved;
    for fault in faults {
        let why = match settings {
            Some(_) => "it is left out: a backend that only it vouches for is not trusted".into(),
            None => format!(
                "no connection is made as BackendTLSPolicy `{}` says, nor in plain text: requests to \
                 its backends are answered 500",
                name(policy)
            ),
        };
        diagnostics.push(
            Diagnostic::new(fault.code, fault.span, fault.message.clone())
                .why(why)
                .hint(fault.hint.clone()),
        );
    }
    if let Some(span) = policy.options {
        diagnostics.push(
            Diagnostic::new(
                &codes::POLICY_OPTION,
                span,
                "`options` of a BackendTLSPolicy is for one implementation's own settings",
            )
            .why("none is known here, so they have no effect; the rest of the policy is obeyed")
            .hint("remove them, or set the cluster's `transport_socket` with --merge"),
        );
    }
}

/// Namespace and name of a policy.
fn name(policy: &BackendTlsPolicy) -> String {
    let metadata = &policy.metadata;
    format!("{}/{}", metadata.namespace, metadata.name.value)
}
