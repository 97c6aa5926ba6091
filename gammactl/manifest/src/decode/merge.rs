//! Merges the objects of several documents. Of two with the same kind, namespace and name the first is
//! kept.

use std::collections::{HashMap, hash_map::Entry};

use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    model::{Manifests, Metadata, ServiceKind},
    source::{Sources, Span},
};

pub(super) struct Merge<'s> {
    sources: &'s Sources,
    /// Where each object was first defined: by kind, namespace and name.
    seen: HashMap<(&'static str, String, String), Span>,
    manifests: Manifests,
}

impl<'s> Merge<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            seen: HashMap::new(),
            manifests: Manifests::default(),
        }
    }

    pub(super) fn add(&mut self, mut part: Manifests, diagnostics: &mut Diagnostics) {
        self.policies(&mut part, diagnostics);
        for route in part.routes {
            if self.is_new(route.kind.as_str(), &route.metadata, diagnostics) {
                self.manifests.routes.push(route);
            }
        }
        for service in part.services {
            let kind = match service.kind {
                ServiceKind::Service => "Service",
                ServiceKind::ServiceImport => "ServiceImport",
            };
            if self.is_new(kind, &service.metadata, diagnostics) {
                self.manifests.services.push(service);
            }
        }
        for slice in part.endpoint_slices {
            if self.is_new("EndpointSlice", &slice.metadata, diagnostics) {
                self.manifests.endpoint_slices.push(slice);
            }
        }
        for grant in part.reference_grants {
            if self.is_new("ReferenceGrant", &grant.metadata, diagnostics) {
                self.manifests.reference_grants.push(grant);
            }
        }
        for namespace in part.namespaces {
            if self.is_new("Namespace", &namespace, diagnostics) {
                self.manifests.namespaces.push(namespace);
            }
        }
    }

    /// Of the ConfigMaps only those with a certificate are read closely enough to say that one of them
    /// is there twice.
    fn policies(&mut self, part: &mut Manifests, diagnostics: &mut Diagnostics) {
        for policy in part.backend_tls_policies.drain(..) {
            if self.is_new("BackendTLSPolicy", &policy.metadata, diagnostics) {
                self.manifests.backend_tls_policies.push(policy);
            }
        }
        for policy in part.backend_traffic_policies.drain(..) {
            if self.is_new("XBackendTrafficPolicy", &policy.metadata, diagnostics) {
                self.manifests.backend_traffic_policies.push(policy);
            }
        }
        self.manifests.others.append(&mut part.others);
        for config_map in part.config_maps.drain(..) {
            if config_map.ca_certificate.is_none()
                || self.is_new("ConfigMap", &config_map.metadata, diagnostics)
            {
                self.manifests.config_maps.push(config_map);
            }
        }
    }

    pub(super) fn finish(self) -> Manifests {
        self.manifests
    }

    fn is_new(
        &mut self,
        kind: &'static str,
        metadata: &Metadata,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let (namespace, name) = (&metadata.namespace, &metadata.name);
        let first = match self
            .seen
            .entry((kind, namespace.clone(), name.value.clone()))
        {
            Entry::Vacant(entry) => {
                entry.insert(name.span);
                return true;
            }
            Entry::Occupied(first) => *first.get(),
        };
        let (line, _) = self.sources.line_column(first);
        let of = match namespace.as_str() {
            "" => name.value.clone(),
            namespace => format!("{namespace}/{}", name.value),
        };
        diagnostics.push(
            Diagnostic::new(
                &codes::DUPLICATE_OBJECT,
                name.span,
                format!("{kind} `{of}` is defined twice"),
            )
            .why("the API server has one object of a name, so this one is left out")
            .hint(format!(
                "the first is at {}:{line}: remove one",
                self.sources.of(first).name
            )),
        );
        false
    }
}
