//! Findings about things that Istio does on its own and that matter to the routes.

mod backends;
mod ports;

use gamma_compile::{Attachment, Index};
use gamma_manifest::{
    Manifests, Route,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::scope::Scope;

/// A route with this label is for control planes of that revision only.
const REVISION: &str = "istio.io/rev";
/// The revision that an istiod has which was given none. Tags of revisions may have this name too.
const DEFAULT_REVISION: &str = "default";

/// Says what of the attached routes won't be in Istio as it is elsewhere, for the clients of `scopes` in a
/// mesh whose istiods have `revisions`.
pub fn advise(
    manifests: &Manifests,
    attachments: &[Attachment],
    scopes: &[Scope],
    revisions: &[String],
    found: &mut Diagnostics,
) {
    let mut attached: Vec<usize> = attachments
        .iter()
        .filter(|attachment| !attachment.ports.is_empty())
        .map(|attachment| attachment.route)
        .collect();
    attached.dedup();
    let routes: Vec<&Route> = attached.iter().map(|r| &*manifests.routes[*r]).collect();
    obeyed_by_istio(&routes, revisions, found);
    let index = Index::new(manifests);
    ports::advise(manifests, attachments, &routes, &index, found);
    for route in routes {
        backends::advise(route, &index, scopes, found);
        sessions(route, found);
    }
}

/// Routes that were read from a cluster are there for istiod to read as well.
fn obeyed_by_istio(routes: &[&Route], revisions: &[String], found: &mut Diagnostics) {
    let seen = routes.iter().filter(|route| {
        let metadata = &route.metadata;
        let mut labels = metadata.labels.iter();
        let revision = labels.find(|(key, _)| key == REVISION);
        // "in revision" is also what has no label at all.
        let is_read = revision.is_none_or(|(_, revision)| {
            revision == DEFAULT_REVISION || revisions.contains(revision)
        });
        metadata.creation_timestamp.is_some() && is_read
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
            "the filter's decision comes first, but sidecars without the filter route by what istiod \
             makes of it, and the status on the route is istiod's",
        )
        .hint(
            "label the routes `istio.io/rev: gamma`, which no istiod is, or keep them out of the cluster",
        ),
    );
}

/// The filter names an endpoint in a header; the clusters that istiod makes don't read it. But they hash, if
/// they are asked to, what the route names for that.
fn sessions(route: &Route, found: &mut Diagnostics) {
    for rule in &route.rules {
        if rule.session_persistence.is_none() {
            continue;
        }
        let backends = rule.backend_refs.iter().map(|backend| {
            let namespace = backend.namespace.as_ref();
            let namespace = namespace.map_or(&*route.metadata.namespace, |n| &*n.value);
            format!("`{}.{namespace}`", backend.name.value)
        });
        let backends: Vec<String> = backends.collect();
        found.push(
            Diagnostic::new(
                &codes::SESSIONS_IN_ISTIO,
                rule.span,
                "a session keeps its backend, and its endpoint only with a DestinationRule",
            )
            .why("the clusters that istiod makes choose an endpoint for each request")
            .hint(format!(
                "write a DestinationRule for {} with `trafficPolicy: {{loadBalancer: {{consistentHash: \
                 {{httpCookie: {{name: gamma-endpoint, ttl: 0s}}}}}}}}`",
                backends.join(" and for ")
            )),
        );
    }
}
