//! Which Service ports a route is attached to.
//!
//! "`port` set: the route MUST apply only to that port; unset: to all ports of the Service"
//! (GEP-957, GEP-1294). `sectionName` of a Service is the name of a port. A route in the Service's
//! namespace is a producer route, one in another namespace a consumer route.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::index::Index;
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    manifest::{Manifests, ParentRef, Route, Service},
};

/// Routes by Service, port and the route's own namespace. Routes are indices into
/// [`Manifests::routes`].
#[derive(Debug, Default)]
pub(crate) struct Attachments<'m> {
    routes: HashMap<(&'m str, &'m str, u16), BTreeMap<String, Vec<usize>>>,
}

impl Attachments<'_> {
    /// The routes on one port, by the namespace that they are in.
    pub(crate) fn on(&self, service: &Service, port: u16) -> BTreeMap<String, Vec<usize>> {
        let key = (
            &*service.metadata.namespace,
            &*service.metadata.name.value,
            port,
        );
        self.routes.get(&key).cloned().unwrap_or_default()
    }

    /// All routes that are attached to anything, in the order of the manifests.
    pub(crate) fn routes(&self) -> BTreeSet<usize> {
        let groups = self.routes.values().flat_map(BTreeMap::values);
        groups.flatten().copied().collect()
    }
}

pub(crate) fn attach<'m>(
    manifests: &'m Manifests,
    index: &Index<'m>,
    diagnostics: &mut Diagnostics,
) -> Attachments<'m> {
    let mut attachments = Attachments::default();
    for (r, route) in manifests.routes.iter().enumerate() {
        let mut service_parents = 0;
        for parent in &route.parent_refs {
            let Some(service) = parent_service(route, parent, index, diagnostics) else {
                continue;
            };
            service_parents += 1;
            for port in ports(service, parent, diagnostics) {
                let key = (
                    &*service.metadata.namespace,
                    &*service.metadata.name.value,
                    port,
                );
                let routes = attachments
                    .routes
                    .entry(key)
                    .or_default()
                    .entry(route.metadata.namespace.clone())
                    .or_default();
                if !routes.contains(&r) {
                    routes.push(r);
                }
            }
        }
        if service_parents > 0 {
            hostnames(route, diagnostics);
        }
    }
    attachments
}

fn parent_service<'m>(
    route: &Route,
    parent: &ParentRef,
    index: &Index<'m>,
    diagnostics: &mut Diagnostics,
) -> Option<&'m Service> {
    if !parent.group.is_empty() || parent.kind.value != "Service" {
        diagnostics.push(other_parent(parent));
        return None;
    }
    let namespace = parent
        .namespace
        .as_ref()
        .map_or(&*route.metadata.namespace, |n| &*n.value);
    let name = &*parent.name.value;
    let Some(service) = index.service(namespace, name) else {
        diagnostics.push(
            Diagnostic::new(
                &codes::UNKNOWN_PARENT,
                parent.name.span,
                format!("parentRef names Service `{namespace}/{name}`, which is not in the input"),
            )
            .why("the route has no effect on that Service")
            .hint(index.service_hint(namespace, name)),
        );
        return None;
    };
    if !service.is_frontend() {
        let kind = if service.headless {
            "headless"
        } else {
            "an ExternalName"
        };
        diagnostics.push(
            Diagnostic::new(
                &codes::HEADLESS_PARENT,
                parent.name.span,
                format!("Service `{namespace}/{name}` is {kind} and can't be a parent"),
            )
            .why("clients reach its endpoints directly, so there is no frontend to route at")
            .hint("attach the route to a Service with a cluster IP"),
        );
        return None;
    }
    Some(service)
}

fn other_parent(parent: &ParentRef) -> Diagnostic {
    let (kind, name) = (&parent.kind.value, &parent.name.value);
    // The API's default group is the Gateway's, which is easy to forget for a Service.
    if kind == "Service" {
        return Diagnostic::new(
            &codes::WRONG_PARENT_GROUP,
            parent.span,
            format!(
                "parentRef is a Service `{name}` of group `{}`",
                parent.group
            ),
        )
        .why("there is no such kind, so the route has no effect on the Service")
        .hint("a Service is in the core group: write `group: \"\"`");
    }
    Diagnostic::new(
        &codes::OTHER_PARENT,
        parent.kind.span,
        format!("parentRef is the {kind} `{name}`, not a Service"),
    )
    .why("the route config is about traffic to Services; this parent is left out of it")
    .hint("nothing to do: that parent's own controller serves it")
}

/// The ports that both `port` and `sectionName` allow.
fn ports(service: &Service, parent: &ParentRef, diagnostics: &mut Diagnostics) -> Vec<u16> {
    let ports: Vec<u16> = service
        .tcp_ports()
        .filter(|p| {
            parent
                .port
                .as_ref()
                .is_none_or(|wanted| wanted.value == p.port)
        })
        .filter(|p| {
            parent
                .section_name
                .as_ref()
                .is_none_or(|wanted| wanted.value == p.name)
        })
        .map(|p| p.port)
        .collect();
    if ports.is_empty() {
        let mut wanted = Vec::new();
        wanted.extend(
            parent
                .port
                .as_ref()
                .map(|port| format!("port {}", port.value)),
        );
        wanted.extend(
            parent
                .section_name
                .as_ref()
                .map(|name| format!("port `{}`", name.value)),
        );
        let span = parent
            .section_name
            .as_ref()
            .map(|name| name.span)
            .or(parent.port.as_ref().map(|port| port.span))
            .unwrap_or(parent.span);
        let Service { metadata, .. } = service;
        diagnostics.push(
            Diagnostic::new(
                &codes::UNKNOWN_PARENT_PORT,
                span,
                format!(
                    "Service `{}/{}` has no {}",
                    metadata.namespace,
                    metadata.name.value,
                    if wanted.is_empty() {
                        "TCP port".into()
                    } else {
                        wanted.join(" that is ")
                    },
                ),
            )
            .why("the route has no effect on that Service")
            .hint(service.port_list()),
        );
    }
    ports
}

/// "GAMMA implementations SHOULD NOT infer any functionality" from hostnames (GEP-1294).
fn hostnames(route: &Route, diagnostics: &mut Diagnostics) {
    if let Some(first) = route.hostnames.first() {
        diagnostics.push(
            Diagnostic::new(
                &codes::HOSTNAMES_IGNORED,
                first.span,
                "`hostnames` has no effect where the parent is a Service",
            )
            .why("requests for every host name of the Service are routed by this route")
            .hint("match the header `Host` instead, or remove `hostnames`"),
        );
    }
}
