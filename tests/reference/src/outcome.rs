//! What a rule may do with a request.

use gamma_manifest::{BackendRef, Filter, FilterKind, Manifests, Redirect, Service, UrlRewrite};

use crate::{
    answer::{Backend, Outcome},
    headers, location, path_modifier,
    precedence::Candidate,
    request::Request,
    service,
};

/// All that may happen, one entry for each backend that may be drawn.
pub(super) fn outcomes(
    manifests: &Manifests,
    chosen: &Candidate<'_>,
    request: &Request,
    port: u16,
) -> Vec<Outcome> {
    let rule = chosen.rule;
    if is_unsupported(&rule.filters) {
        return vec![Outcome::Invalid];
    }
    let redirect = |redirect| location::redirect(redirect, chosen.r#match, request, port);
    if let Some(found) = find_redirect(&rule.filters) {
        return vec![redirect(found)];
    }
    // "a weight of 0: no traffic should be forwarded for this entry" (BackendRef.weight)
    let drawn: Vec<&BackendRef> = rule.backend_refs.iter().filter(|b| b.weight > 0).collect();
    // "No backendRefs, or only weights of 0: 500" (semantics.md)
    if drawn.is_empty() {
        return vec![Outcome::Invalid];
    }
    drawn
        .into_iter()
        .map(|reference| {
            let Some(backend) = backend(manifests, chosen, reference) else {
                return Outcome::Invalid;
            };
            if is_unsupported(&reference.filters) {
                return Outcome::Invalid;
            }
            // "executed if and only if the request is being forwarded to the backend defined here"
            // (HTTPBackendRef.filters)
            match find_redirect(&reference.filters) {
                Some(found) => redirect(found),
                None => forward(backend, chosen, reference, request),
            }
        })
        .collect()
}

/// "If a reference to a custom filter type cannot be resolved, the filter MUST NOT be skipped.
/// Instead, requests that would have been processed by that filter MUST receive a HTTP error
/// response." (HTTPRouteFilter)
fn is_unsupported(filters: &[Filter]) -> bool {
    filters
        .iter()
        .any(|filter| matches!(filter.kind, FilterKind::Unsupported(_)))
}

fn find_redirect(filters: &[Filter]) -> Option<&Redirect> {
    filters.iter().find_map(|filter| match &filter.kind {
        FilterKind::RequestRedirect(redirect) => Some(redirect),
        _ => None,
    })
}

fn find_rewrite(filters: &[Filter]) -> Option<&UrlRewrite> {
    filters.iter().find_map(|filter| match &filter.kind {
        FilterKind::UrlRewrite(rewrite) => Some(rewrite),
        _ => None,
    })
}

/// "A backend that does not exist, of an unknown kind, or with a port that the Service does not have:
/// its share is answered 500"; "backendRefs to other namespaces: allowed without ReferenceGrant"
/// (semantics.md). "ExternalName Services SHOULD NOT be supported" (BackendObjectReference.kind)
fn backend(
    manifests: &Manifests,
    chosen: &Candidate<'_>,
    reference: &BackendRef,
) -> Option<Backend> {
    // "When unspecified, the local namespace is inferred." (BackendObjectReference.namespace)
    let namespace = reference
        .namespace
        .as_ref()
        .map_or(&chosen.route.metadata.namespace, |n| &n.value);
    let port = reference.port.as_ref()?.value;
    let is_service = reference.group.is_empty() && reference.kind.value == "Service";
    let exists = |s: &&Service| {
        s.metadata.name.value == reference.name.value
            && s.metadata.namespace == *namespace
            && s.service_type != "ExternalName"
            && service::has_port(s, port)
    };
    let found = manifests.services.iter().find(exists)?;
    is_service.then(|| Backend {
        namespace: found.metadata.namespace.clone(),
        service: found.metadata.name.value.clone(),
        port,
    })
}

/// "The rule's first; a backend's URLRewrite replaces the parts that it sets" (semantics.md)
fn forward(
    backend: Backend,
    chosen: &Candidate<'_>,
    reference: &BackendRef,
    request: &Request,
) -> Outcome {
    let of_rule = find_rewrite(&chosen.rule.filters);
    let of_backend = find_rewrite(&reference.filters);
    // "Hostname is the value to be used to replace the Host header value during forwarding."
    let authority = of_backend
        .and_then(|rewrite| rewrite.hostname.clone())
        .or(of_rule.and_then(|rewrite| rewrite.hostname.clone()));
    let modifier = of_backend
        .and_then(|rewrite| rewrite.path.as_ref())
        .or(of_rule.and_then(|rewrite| rewrite.path.as_ref()));
    let filters = chosen.rule.filters.iter().chain(&reference.filters);
    Outcome::Forward {
        backend,
        headers: headers::modified(request, filters),
        path: path_modifier::modified(modifier, chosen.r#match, request),
        authority: authority.unwrap_or(request.authority.clone()),
    }
}
