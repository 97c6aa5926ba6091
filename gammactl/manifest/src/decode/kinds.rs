//! Kinds that have a name or a group in common with one that is read, and are real ones of their own: no
//! slips.

/// The kinds of API groups of which some kind is read. Lists that are not complete are those of groups
/// where a misspelt kind is found by its distance alone.
const REAL: [(&str, &[&str]); 5] = [
    (
        "gateway.networking.k8s.io",
        &[
            "BackendLBPolicy",
            "BackendTrafficPolicy",
            "Gateway",
            "GatewayClass",
            "ListenerSet",
            "Mesh",
            "TCPRoute",
            "TLSRoute",
            "UDPRoute",
        ],
    ),
    (
        "gateway.networking.x-k8s.io",
        &["XBackend", "XBackendTrafficPolicy", "XListenerSet", "XMesh"],
    ),
    ("multicluster.x-k8s.io", &["ServiceExport"]),
    (
        "",
        &[
            "Binding",
            "ComponentStatus",
            "Endpoints",
            "Event",
            "LimitRange",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "ServiceAccount",
        ],
    ),
    ("discovery.k8s.io", &[]),
];

/// Whether a kind is a real one of its group.
pub(super) fn is_real(group: &str, kind: &str) -> bool {
    let mut groups = REAL.iter();
    let of = groups.find(|(name, _)| *name == group);
    of.is_some_and(|(_, kinds)| kinds.contains(&kind))
}

/// Groups that Kubernetes itself serves, and those that the Gateway API had before: all their kinds are
/// known, so a kind of another group is there by mistake.
const CLOSED: [&str; 17] = [
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "core",
    "discovery.k8s.io",
    "extensions",
    "gateway.networking.k8s.io",
    "gateway.networking.x-k8s.io",
    "multicluster.x-k8s.io",
    "networking.k8s.io",
    "networking.x-k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
];

/// Whether nobody but the makers of a group can have put another kind into it.
pub(super) fn is_closed(group: &str) -> bool {
    CLOSED.contains(&group)
}
