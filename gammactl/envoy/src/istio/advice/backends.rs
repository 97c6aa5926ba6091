//! Backends for which a sidecar has no cluster, or not one with their endpoints.

use gamma_compile::Index;
use gamma_manifest::{
    BackendRef, Filter, FilterKind, Route, Service, ServiceKind,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::super::scope::Scope;

/// Says it of the backends and mirrors of `route`.
pub(super) fn advise(route: &Route, index: &Index<'_>, scopes: &[Scope], found: &mut Diagnostics) {
    for rule in &route.rules {
        let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
        let mirrored = rule.filters.iter().chain(of_backends).filter_map(mirror);
        for backend in rule.backend_refs.iter().chain(mirrored) {
            let Some(service) = index.backend(route, backend) else {
                continue;
            };
            match service.kind {
                ServiceKind::ServiceImport => imported(backend, service, found),
                ServiceKind::Service if service.headless => headless(backend, service, found),
                ServiceKind::Service => {}
            }
            hidden(route, backend, service, scopes, found);
        }
    }
}

fn mirror(filter: &Filter) -> Option<&BackendRef> {
    match &filter.kind {
        FilterKind::RequestMirror(mirror) => Some(&mirror.backend),
        _ => None,
    }
}

fn name(service: &Service) -> String {
    let metadata = &service.metadata;
    format!("{}/{}", metadata.namespace, metadata.name.value)
}

/// istiod makes of a headless Service a cluster that goes where the client's connection was going.
fn headless(backend: &BackendRef, service: &Service, found: &mut Diagnostics) {
    found.push(
        Diagnostic::new(
            &codes::HEADLESS_IN_ISTIO,
            backend.name.span,
            format!("backendRef names the headless Service `{}`", name(service)),
        )
        .why(
            "its cluster in a sidecar goes to the address that the client dialled, not to the \
             Service's endpoints",
        )
        .hint(
            "name a Service with a cluster IP, or set PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES in \
             istiod",
        ),
    );
}

/// Hosts in `clusterset.local` are there only if istiod is told to make them.
fn imported(backend: &BackendRef, service: &Service, found: &mut Diagnostics) {
    found.push(
        Diagnostic::new(
            &codes::IMPORT_IN_ISTIO,
            backend.name.span,
            format!("backendRef names the ServiceImport `{}`", name(service)),
        )
        .why("sidecars have no cluster for it unless istiod is told to, and requests get 500")
        .hint(
            "name the Service, whose cluster in a mesh of several Kubernetes clusters has the endpoints \
             of all of them, or set ENABLE_MCS_SERVICE_DISCOVERY and ENABLE_MCS_HOST in istiod",
        ),
    );
}

/// A Service is seen only in the namespaces that it is exported to.
fn hidden(
    route: &Route,
    backend: &BackendRef,
    service: &Service,
    scopes: &[Scope],
    found: &mut Diagnostics,
) {
    let Some(export_to) = &service.metadata.export_to else {
        return;
    };
    let own = &*service.metadata.namespace;
    let Some(exported) = Exported::read(export_to, own) else {
        return;
    };
    // A route of the Service's own namespace is for all clients, another one for those beside it.
    let is_producer = route.parent_refs.iter().any(|parent| {
        let namespace = parent.namespace.as_ref();
        namespace.is_none_or(|namespace| *namespace.value == route.metadata.namespace)
    });
    let hidden_from = if is_producer {
        scopes
            .iter()
            .find_map(|scope| exported.hides_from(scope.client_namespace()))
    } else {
        exported.hides_from(Some(&route.metadata.namespace))
    };
    let Some(clients) = hidden_from else {
        return;
    };
    found.push(
        Diagnostic::new(
            &codes::HIDDEN_IN_ISTIO,
            backend.name.span,
            format!(
                "backendRef names the Service `{}`, which Istio hides from clients {clients}",
                name(service)
            ),
        )
        .why(format!(
            "its annotation `networking.istio.io/exportTo` is `{export_to}`; sidecars elsewhere have no \
             cluster for it, and requests get 500"
        ))
        .hint("export it to where the clients are, or choose clients with --client-namespace"),
    );
}

/// The namespaces whose sidecars see a Service.
struct Exported<'a>(Vec<&'a str>);

impl<'a> Exported<'a> {
    /// `None` is everywhere. "If service has exportTo *, make it public and ignore all other exportTos",
    /// and `~` is nowhere, whatever else there is.
    fn read(export_to: &'a str, own: &'a str) -> Option<Self> {
        let parts: Vec<&str> = export_to.split(',').map(str::trim).collect();
        if export_to.is_empty() || parts.contains(&"*") {
            return None;
        }
        if parts.contains(&"~") {
            return Some(Self(Vec::new()));
        }
        let namespaces = parts.into_iter();
        let namespaces = namespaces.map(|part| if part == "." { own } else { part });
        Some(Self(namespaces.collect()))
    }

    /// Those of `client` who don't see it, in words; of every namespace if that is `None`.
    fn hides_from(&self, client: Option<&str>) -> Option<String> {
        match client {
            None if self.0.is_empty() => Some("everywhere".into()),
            None => Some(format!("outside of {}", self.0.join(", "))),
            Some(client) if self.0.contains(&client) => None,
            Some(client) => Some(format!("in {client}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_seen_where_it_is_exported_to() {
        // Annotation, client, whom it is hidden from.
        let table = [
            ("*", None, None),
            ("*,web", Some("app"), None),
            ("", None, None),
            (".", Some("shop"), None),
            (".", Some("web"), Some("in web")),
            (".", None, Some("outside of shop")),
            ("., web", Some("web"), None),
            ("., web", None, Some("outside of shop, web")),
            ("~", Some("shop"), Some("in shop")),
            ("~,web", None, Some("everywhere")),
        ];
        for (export_to, client, expected) in table {
            let exported = Exported::read(export_to, "shop");
            let hidden = exported.and_then(|exported| exported.hides_from(client));
            assert_eq!(hidden.as_deref(), expected, "{export_to} {client:?}");
        }
    }
}
