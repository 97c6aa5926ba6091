//! Says which objects of other APIs have no effect here: a note where nobody would expect one, a warning
//! where they are about a Service with routes.

use std::collections::{BTreeMap, HashSet};

use gamma_manifest::{
    Manifests, Metadata, ObjectReference, OtherObject,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};

use crate::{ClusterNaming, Options, attach::Attachments, index::Index};

/// Kinds of an API that tell its own software what to do with requests to a Service.
struct Behaviour {
    /// API group.
    group: &'static str,
    /// None for all that are about a Service.
    kinds: &'static [&'static str],
    /// Who obeys it.
    reader: &'static str,
    /// What does here what it does there.
    hint: &'static str,
}

const BEHAVIOURS: [Behaviour; 17] = [
    Behaviour {
        group: "gateway.networking.k8s.io",
        kinds: &["BackendLBPolicy", "BackendTrafficPolicy"],
        reader: "some implementations of the Gateway API before 1.3",
        hint: "write `sessionPersistence` into the route's rules",
    },
    Behaviour {
        group: "policy.linkerd.io",
        kinds: &["HTTPRoute", "GRPCRoute"],
        reader: "Linkerd",
        hint: "write `apiVersion: gateway.networking.k8s.io/v1`: the rest is nearly the same",
    },
    Behaviour {
        group: "linkerd.io",
        kinds: &["ServiceProfile"],
        reader: "Linkerd",
        hint: "write an HTTPRoute: its rules have `timeouts` and `retry`",
    },
    Behaviour {
        group: "split.smi-spec.io",
        kinds: &["TrafficSplit"],
        reader: "meshes of the Service Mesh Interface",
        hint: "write the weights into `backendRefs` of an HTTPRoute",
    },
    Behaviour {
        group: "specs.smi-spec.io",
        kinds: &["HTTPRouteGroup"],
        reader: "meshes of the Service Mesh Interface",
        hint: "write `matches` of an HTTPRoute",
    },
    Behaviour {
        group: "networking.istio.io",
        kinds: &["VirtualService"],
        reader: "Istio",
        hint: "write its routes as an HTTPRoute: the filter's decision comes before them",
    },
    Behaviour {
        group: "networking.istio.io",
        kinds: &["DestinationRule"],
        reader: "Istio",
        hint: "subsets are Services of their own; sessions are `sessionPersistence` of a rule, TLS is a \
               BackendTLSPolicy, anything else the cluster's config with `gammactl envoy --merge`",
    },
    Behaviour {
        group: "gateway.envoyproxy.io",
        kinds: &[],
        reader: "Envoy Gateway",
        hint: "write `timeouts`, `retry` and `sessionPersistence` into the route's rules; anything else is the Envoy's \
               config, with `gammactl envoy --merge`",
    },
    Behaviour {
        group: "cilium.io",
        kinds: &["CiliumEnvoyConfig", "CiliumClusterwideEnvoyConfig"],
        reader: "Cilium",
        hint: "write an HTTPRoute, or a fragment for `gammactl envoy --merge`",
    },
    Behaviour {
        group: "kuma.io",
        kinds: &["MeshHTTPRoute"],
        reader: "Kuma",
        hint: "write an HTTPRoute with the Service as its parent",
    },
    Behaviour {
        group: "kuma.io",
        kinds: &[
            "MeshTimeout",
            "MeshRetry",
            "MeshLoadBalancingStrategy",
            "MeshCircuitBreaker",
            "MeshHealthCheck",
        ],
        reader: "Kuma",
        hint: "write `timeouts`, `retry` and `sessionPersistence` into the route's rules; anything else is the cluster's \
               config, with `gammactl envoy --merge`",
    },
    Behaviour {
        group: "consul.hashicorp.com",
        kinds: &[
            "ServiceRouter",
            "ServiceSplitter",
            "ServiceResolver",
            "ServiceDefaults",
        ],
        reader: "Consul",
        hint: "write an HTTPRoute with the Service as its parent",
    },
    Behaviour {
        group: "networking.gke.io",
        kinds: &[
            "GCPBackendPolicy",
            "GCPSessionAffinityPolicy",
            "GCPTrafficDistributionPolicy",
        ],
        reader: "GKE",
        hint: "write `timeouts` and `sessionPersistence` into the route's rules",
    },
    Behaviour {
        group: "kgateway.dev",
        kinds: &[],
        reader: "its gateway",
        hint: "write `timeouts`, `retry`, `sessionPersistence` and filters into the route's rules",
    },
    Behaviour {
        group: "gateway.kgateway.dev",
        kinds: &[],
        reader: "kgateway",
        hint: "write `timeouts`, `retry`, `sessionPersistence` and filters into the route's rules",
    },
    Behaviour {
        group: "gateway.nginx.org",
        kinds: &[],
        reader: "NGINX Gateway Fabric",
        hint: "write `timeouts`, `retry`, `sessionPersistence` and filters into the route's rules",
    },
    Behaviour {
        group: "configuration.konghq.com",
        kinds: &["KongUpstreamPolicy"],
        reader: "Kong",
        hint: "write `timeouts`, `retry` and `sessionPersistence` into the route's rules",
    },
];

/// Routes of the Gateway API that have another kind of traffic.
const OTHER_ROUTES: [&str; 3] = ["TCPRoute", "TLSRoute", "UDPRoute"];

/// Groups and kinds (none for all of the group) that the decoder does not know and findings may be about,
/// for whoever chooses the objects to read.
pub fn noticed_kinds() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let of_gateway_api: [(&str, &[&str]); 2] = [
        ("gateway.networking.k8s.io", &OTHER_ROUTES),
        // Parents of routes.
        ("gateway.networking.k8s.io", &["Gateway"]),
    ];
    let behaviours = BEHAVIOURS.iter().map(|of| (of.group, of.kinds));
    of_gateway_api.into_iter().chain(behaviours)
}

pub(super) fn lint(
    manifests: &Manifests,
    index: &Index<'_>,
    attachments: &Attachments<'_>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) {
    let routed = Routed::new(manifests, attachments, index);
    let mut unused: BTreeMap<(&str, &str), (Span, usize)> = BTreeMap::new();
    for object in &manifests.others {
        if let Some(said) = declared(object, &routed, index, options) {
            diagnostics.push(said);
            continue;
        }
        let (_, count) = unused
            .entry((&object.group, &object.kind.value))
            .or_insert((object.kind.span, 0));
        *count += 1;
    }
    for ((group, kind), (first, count)) in unused {
        diagnostics.push(not_used(group, kind, first, count));
    }
}

/// One note for a kind, however many objects there are of it.
fn not_used(group: &str, kind: &str, first: Span, count: usize) -> Diagnostic {
    let group = if group.is_empty() { "core" } else { group };
    let message = format!("kind `{kind}` of group `{group}` is not used");
    let (message, why) = match count {
        1 => (message, "the object is ignored"),
        _ => (
            format!("{message}: there are {count}"),
            "the objects are ignored; this is the first of them",
        ),
    };
    Diagnostic::new(&codes::UNKNOWN_KIND, first, message)
        .why(why)
        .hint("nothing to do, unless you expected it to route")
}

/// The Services and routes that attached routes are about.
pub(super) struct Routed<'r>(HashSet<(&'r str, &'r str, &'r str)>);

impl<'r> Routed<'r> {
    pub(super) fn new(
        manifests: &'r Manifests,
        attachments: &'r Attachments<'_>,
        index: &Index<'r>,
    ) -> Self {
        let mut routed = HashSet::new();
        for (_, group, _) in attachments.groups() {
            let service = group.frontend().service;
            routed.insert(("Service", service.namespace, service.name));
        }
        for route in attachments.routes() {
            let route = &manifests.routes[route];
            let metadata = &route.metadata;
            routed.insert((
                route.kind.as_str(),
                &metadata.namespace,
                &*metadata.name.value,
            ));
            for backend in route.rules.iter().flat_map(|rule| &rule.backend_refs) {
                if let Some(service) = index.backend(route, backend) {
                    let metadata = &service.metadata;
                    routed.insert(("Service", &metadata.namespace, &*metadata.name.value));
                }
            }
        }
        Self(routed)
    }

    /// Whether a Service has routes, or requests by routes.
    pub(super) fn has_service(&self, metadata: &Metadata) -> bool {
        let key = ("Service", &*metadata.namespace, &*metadata.name.value);
        self.0.contains(&key)
    }

    fn has(&self, reference: &ObjectReference) -> bool {
        let key = (
            &*reference.kind,
            &*reference.namespace,
            &*reference.name.value,
        );
        self.0.contains(&key)
    }
}

/// What is to be said of an object that is about a Service or a route of the input.
fn declared(
    object: &OtherObject,
    routed: &Routed<'_>,
    index: &Index<'_>,
    options: &Options,
) -> Option<Diagnostic> {
    let kind = &*object.kind.value;
    if object.group == "gateway.networking.k8s.io" && OTHER_ROUTES.contains(&kind) {
        let service = object.references.iter().find(|reference| {
            let ObjectReference {
                kind,
                namespace,
                name,
            } = reference;
            let service = gamma_manifest::ServiceKind::Service;
            kind == "Service" && index.service(service, namespace, &name.value).is_some()
        })?;
        return Some(
            Diagnostic::new(
                &codes::OTHER_ROUTE,
                service.name.span,
                format!("{kind} is on Service `{}`", service.name.value),
            )
            .why("only HTTP and gRPC are routed here: other traffic to the Service goes on as without it")
            .hint("nothing to do, if another proxy obeys it"),
        );
    }
    let behaviour = BEHAVIOURS.iter().find(|b| b.has(&object.group, kind))?;
    // istiod makes the clusters there, and obeys it in them.
    let is_istio = options.cluster_names == ClusterNaming::Istio;
    if is_istio && kind == "DestinationRule" {
        return None;
    }
    let about = object.references.iter().find(|r| routed.has(r))?;
    Some(
        Diagnostic::new(
            &codes::DECLARED_ELSEWHERE,
            about.name.span,
            format!(
                "{kind} is about the {} `{}/{}`, which has routes here",
                about.kind, about.namespace, about.name.value
            ),
        )
        .why(format!(
            "it is for {}; here it has no effect",
            behaviour.reader
        ))
        .hint(behaviour.hint),
    )
}

impl Behaviour {
    fn has(&self, group: &str, kind: &str) -> bool {
        group == self.group && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }
}
