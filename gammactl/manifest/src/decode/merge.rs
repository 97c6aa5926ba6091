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

    pub(super) fn add(&mut self, part: Manifests, diagnostics: &mut Diagnostics) {
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
            .hint(if first.file == name.span.file {
                format!("the first is in line {line}: keep one of them")
            } else {
                let file = &self.sources.of(first).name;
                format!(
                    "the first is at {file}:{line}: keep one of them; if one is a patch, \
                     kubectl kustomize DIR | gammactl check -f - applies it"
                )
            }),
        );
        false
    }
}
