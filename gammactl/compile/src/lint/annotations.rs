//! Warns of annotations by which other meshes and ingresses are told what to do: here they do nothing.

use gamma_manifest::{
    Manifests, Metadata,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Spanned,
};

use crate::{ClusterNaming, Options};

/// Annotations of one purpose.
struct Family {
    /// How the key begins, or ends where a `*` stands first.
    keys: &'static [&'static str],
    /// Who reads them.
    reader: &'static str,
    /// What does here what they do there.
    hint: &'static str,
}

const FAMILIES: [Family; 13] = [
    Family {
        keys: &["retry.linkerd.io/"],
        reader: "Linkerd",
        hint: "write `retry` into the route's rules",
    },
    Family {
        keys: &["timeout.linkerd.io/"],
        reader: "Linkerd",
        hint: "write `timeouts` into the route's rules",
    },
    Family {
        keys: &["balancer.linkerd.io/"],
        reader: "Linkerd",
        hint: "set `outlier_detection` of the cluster with `gammactl envoy --merge`",
    },
    Family {
        keys: &["config.linkerd.io/opaque-ports"],
        reader: "Linkerd",
        hint: "set `appProtocol` of the port: what is no HTTP has no routes",
    },
    Family {
        keys: &["traefik.ingress.kubernetes.io/", "traefik.io/"],
        reader: "Traefik",
        hint: "say it in the route: `sessionPersistence`, `timeouts`, `retry`, filters",
    },
    Family {
        keys: &["nginx.ingress.kubernetes.io/", "nginx.org/"],
        reader: "ingress-nginx",
        hint: "say it in the route: URLRewrite, CORS, `timeouts`, `retry`, `sessionPersistence`",
    },
    Family {
        keys: &[
            "haproxy.org/",
            "haproxy-ingress.github.io/",
            "konghq.com/",
            "projectcontour.io/",
            "alb.ingress.kubernetes.io/",
            "getambassador.io/",
        ],
        reader: "an ingress controller",
        hint: "say it in the route: filters, `timeouts`, `retry`, `sessionPersistence`; the protocol of a port \
               in its `appProtocol`",
    },
    Family {
        keys: &[
            "service.kubernetes.io/topology-mode",
            "service.kubernetes.io/topology-aware-hints",
            "networking.istio.io/traffic-distribution",
        ],
        reader: "the node's own proxy, or a mesh",
        hint: "nothing here prefers near endpoints: all ready ones get requests in turn",
    },
    Family {
        keys: &["networking.istio.io/"],
        reader: "Istio",
        hint: "say it in the route, or leave it to `gammactl istio`, where istiod makes the clusters",
    },
    Family {
        keys: &["service.cilium.io/", "io.cilium/"],
        reader: "Cilium",
        hint: "say it in the route; Services of several clusters are ServiceImports",
    },
    Family {
        keys: &[
            "cloud.google.com/app-protocols",
            "cloud.google.com/backend-config",
        ],
        reader: "GKE",
        hint: "set `appProtocol` of the port, with a BackendTLSPolicy for HTTPS; `timeouts` and `sessionPersistence` \
               are in the route",
    },
    Family {
        keys: &[
            "*.service.kuma.io/protocol",
            "ingress.kubernetes.io/service-upstream",
        ],
        reader: "Kuma",
        hint: "set `appProtocol` of the port",
    },
    Family {
        keys: &["gateway.envoyproxy.io/"],
        reader: "Envoy Gateway",
        hint: "say it in the route, or in the Envoy's own config with `gammactl envoy --merge`",
    },
];

/// What istiod obeys in the clusters that it makes.
const OBEYED_IN_ISTIO: [&str; 2] = ["networking.istio.io/", "service.kubernetes.io/topology"];

pub(super) fn lint(manifests: &Manifests, options: &Options, diagnostics: &mut Diagnostics) {
    let routes = manifests.routes.iter().map(|route| &route.metadata);
    let services = manifests.services.iter().map(|service| &service.metadata);
    for metadata in routes.chain(services) {
        of_object(metadata, options, diagnostics);
    }
}

fn of_object(metadata: &Metadata, options: &Options, diagnostics: &mut Diagnostics) {
    let is_istio = options.cluster_names == ClusterNaming::Istio;
    let mut by_family: Vec<(&Family, Vec<&Spanned<String>>)> = Vec::new();
    for key in &metadata.annotations {
        if is_istio
            && OBEYED_IN_ISTIO
                .iter()
                .any(|begin| key.value.starts_with(begin))
        {
            continue;
        }
        let Some(family) = FAMILIES.iter().find(|family| family.has(&key.value)) else {
            continue;
        };
        match by_family
            .iter_mut()
            .find(|(of, _)| std::ptr::eq(*of, family))
        {
            Some((_, keys)) => keys.push(key),
            None => by_family.push((family, vec![key])),
        }
    }
    for (family, keys) in by_family {
        let first = keys[0];
        let message = match keys.len() {
            1 => format!("annotation `{}` is for {}", first.value, family.reader),
            more => format!(
                "annotation `{}` and {} more are for {}",
                first.value,
                more - 1,
                family.reader
            ),
        };
        diagnostics.push(
            Diagnostic::new(&codes::DECLARED_BY_ANNOTATION, first.span, message)
                .why("nobody here reads annotations, so what they ask for is not done")
                .hint(family.hint),
        );
    }
}

impl Family {
    fn has(&self, key: &str) -> bool {
        self.keys
            .iter()
            .any(|pattern| match pattern.strip_prefix('*') {
                Some(end) => key.ends_with(end),
                None => key.starts_with(pattern),
            })
    }
}
