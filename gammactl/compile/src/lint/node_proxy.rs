//! Warns of fields of a Service by which the proxy of each node chooses endpoints. Requests that are routed go to
//! endpoints and not to the cluster IP, so that proxy does not see them.

use gamma_manifest::{
    Manifests, NodeProxyField, ServiceKind,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::other_apis::Routed;
use crate::{ClusterNaming, Options, attach::Attachments, index::Index};

/// What a field asks for.
struct Preference {
    /// How it is written.
    written: &'static str,
    /// What does not happen.
    why: &'static str,
    /// What does here what it does there.
    hint: &'static str,
    /// Whether istiod obeys it in the clusters that it makes.
    in_istio: bool,
}

fn asked(field: NodeProxyField) -> Preference {
    match field {
        NodeProxyField::SessionAffinity => Preference {
            written: "`sessionAffinity: ClientIP`",
            why: "requests of one client go to any endpoint",
            hint: "write `sessionPersistence` into the rules of the routes",
            in_istio: false,
        },
        NodeProxyField::InternalTrafficPolicy => Preference {
            written: "`internalTrafficPolicy: Local`",
            why: "requests go to endpoints on other nodes too",
            hint: "run a proxy for each node, with EndpointSlices of that node alone, or leave it to \
                   `gammactl istio`",
            in_istio: true,
        },
        NodeProxyField::TrafficDistribution => Preference {
            written: "`trafficDistribution`",
            why: "all ready endpoints get requests in turn, near or not",
            hint: "give the cluster localities with `gammactl envoy --merge`, or leave it to `gammactl istio`",
            in_istio: true,
        },
    }
}

pub(super) fn lint(
    manifests: &Manifests,
    index: &Index<'_>,
    attachments: &Attachments<'_>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) {
    let services = manifests.services.iter().filter(|service| {
        let is_service = service.kind == ServiceKind::Service;
        is_service && service.is_frontend() && !service.node_proxy.is_empty()
    });
    let mut services = services.peekable();
    if services.peek().is_none() {
        return;
    }
    let routed = Routed::new(manifests, attachments, index);
    let is_istio = options.cluster_names == ClusterNaming::Istio;
    for service in services.filter(|service| routed.has_service(&service.metadata)) {
        for field in &service.node_proxy {
            let asked = asked(field.value);
            if is_istio && asked.in_istio {
                continue;
            }
            let message = format!("{} is for the proxy of each node", asked.written);
            diagnostics.push(
                Diagnostic::new(&codes::LEFT_TO_NODE_PROXY, field.span, message)
                    .why(format!(
                        "what is routed here goes to endpoints, past that proxy: {}",
                        asked.why
                    ))
                    .hint(asked.hint),
            );
        }
    }
}
