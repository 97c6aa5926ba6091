//! Findings about things that Istio does on its own and that matter to the routes.

use gamma_compile::{Attachment, Index};
use gamma_manifest::{
    BackendRef, FilterKind, Manifests, Route,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

/// A route with this label is for control planes of that revision only.
const REVISION: &str = "istio.io/rev";

/// Says what of the attached routes won't be in Istio as it is elsewhere.
pub fn advise(manifests: &Manifests, attachments: &[Attachment], found: &mut Diagnostics) {
    let mut attached: Vec<usize> = attachments
        .iter()
        .filter(|attachment| !attachment.ports.is_empty())
        .map(|attachment| attachment.route)
        .collect();
    attached.dedup();
    let routes: Vec<&Route> = attached.iter().map(|r| &manifests.routes[*r]).collect();
    obeyed_by_istio(&routes, found);
    let index = Index::new(manifests);
    for route in routes {
        headless_backends(route, &index, found);
        sessions(route, found);
    }
}

/// Routes that were read from a cluster are there for istiod to read as well.
fn obeyed_by_istio(routes: &[&Route], found: &mut Diagnostics) {
    let seen = routes.iter().filter(|route| {
        let metadata = &route.metadata;
        let has_revision = metadata.labels.iter().any(|(key, _)| key == REVISION);
        metadata.creation_timestamp.is_some() && !has_revision
    });
    let mut seen: Vec<&&Route> = seen.collect();
    seen.sort_by_key(|route| {
        (
            route.kind,
            &route.metadata.namespace,
            &route.metadata.name.value,
        )
    });
    let Some(first) = seen.first() else {
        return;
    };
    let others = match seen.len() - 1 {
        0 => " is".into(),
        1 => " and 1 more route are".into(),
        more => format!(" and {more} more routes are"),
    };
    let metadata = &first.metadata;
    found.push(
        Diagnostic::new(
            &codes::ISTIO_OBEYS_TOO,
            metadata.name.span,
            format!(
                "{} `{}/{}`{others} in the cluster, where istiod obeys them too",
                first.kind.as_str(),
                metadata.namespace,
                metadata.name.value
            ),
        )
        .why(
            "the filter's decision comes first, but istiod's CORS policy runs before it, its status \
             is the one on the route, and sidecars without the filter route by it",
        )
        .hint("label the routes `istio.io/rev: gamma`, or keep them out of the cluster"),
    );
}

/// istiod makes of a headless Service a cluster that goes where the client's connection was going.
fn headless_backends(route: &Route, index: &Index<'_>, found: &mut Diagnostics) {
    let mirrors = |filters: &'_ [gamma_manifest::Filter]| {
        let mirrors = filters.iter().filter_map(|filter| match &filter.kind {
            FilterKind::RequestMirror(mirror) => Some(mirror.backend.clone()),
            _ => None,
        });
        mirrors.collect::<Vec<BackendRef>>()
    };
    for rule in &route.rules {
        let of_rule = mirrors(&rule.filters);
        for backend in rule.backend_refs.iter().chain(&of_rule) {
            let service = index.backend(route, backend);
            let Some(service) = service.filter(|service| service.headless) else {
                continue;
            };
            let metadata = &service.metadata;
            found.push(
                Diagnostic::new(
                    &codes::HEADLESS_IN_ISTIO,
                    backend.name.span,
                    format!(
                        "backendRef names the headless Service `{}/{}`",
                        metadata.namespace, metadata.name.value
                    ),
                )
                .why(
                    "its cluster in a sidecar goes to the address that the client dialled, not to \
                     the Service's endpoints",
                )
                .hint(
                    "name a Service with a cluster IP, or set \
                     PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES in istiod",
                ),
            );
        }
    }
}

/// The filter names an endpoint in a header; the clusters that istiod makes don't read it.
fn sessions(route: &Route, found: &mut Diagnostics) {
    for rule in &route.rules {
        if rule.session_persistence.is_some() {
            found.push(
                Diagnostic::new(
                    &codes::SESSIONS_IN_ISTIO,
                    rule.span,
                    "a session keeps its backend, but not its endpoint",
                )
                .why("the clusters that istiod makes choose an endpoint for each request")
                .hint(
                    "use a DestinationRule with `consistentHash` on the session's cookie or header",
                ),
            );
        }
    }
}
