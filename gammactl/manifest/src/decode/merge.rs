//! Merges the objects of several documents. Of two with the same kind, namespace and name the first is
//! kept, and of two Services with the same address. A file lies over the objects of a cluster.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::Arc,
};

use super::{inherit, left_out};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    model::{Manifests, Metadata, Service, ServiceKind},
    source::{Sources, Span},
};

/// What becomes of an object among those that were read before it.
#[derive(Debug, PartialEq, Eq)]
enum Layer {
    /// There is no other of its kind and name.
    New,
    /// It is in a cluster, and that one in a file would replace it: its number.
    Under(usize),
    /// It is left out, which has been said.
    Second,
}

pub(super) struct Merge<'s> {
    sources: &'s Sources,
    /// Where each object was first defined: by kind, namespace and name. With its number among those of
    /// its kind.
    seen: HashMap<(&'static str, String, String), (Span, usize)>,
    /// The Service that has each cluster IP: its full name, and where the address is written.
    cluster_ips: HashMap<IpAddr, (String, Span)>,
    manifests: Manifests,
}

impl<'s> Merge<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            seen: HashMap::new(),
            cluster_ips: HashMap::new(),
            manifests: Manifests::default(),
        }
    }

    pub(super) fn add(&mut self, mut part: Manifests, diagnostics: &mut Diagnostics) {
        self.policies(&mut part, diagnostics);
        self.manifests.left_out.extend(part.left_out);
        self.manifests.gateways.extend(part.gateways);
        for route in part.routes {
            let at = self.manifests.routes.len();
            match self.place(route.kind.as_str(), &route.metadata, at, diagnostics) {
                Layer::New => self.manifests.routes.push(route),
                Layer::Under(first) => {
                    let above = Arc::make_mut(&mut self.manifests.routes[first]);
                    inherit::route(above, &route);
                }
                Layer::Second => {}
            }
        }
        for service in part.services {
            let kind = match service.kind {
                ServiceKind::Service => "Service",
                ServiceKind::ServiceImport => "ServiceImport",
            };
            let at = self.manifests.services.len();
            match self.place(kind, &service.metadata, at, diagnostics) {
                Layer::New => {
                    if self.has_own_addresses(&service, diagnostics) {
                        self.manifests.services.push(service);
                    }
                }
                Layer::Under(first) => {
                    // One whose address is taken was left out.
                    let above = self.manifests.services.get_mut(first);
                    let name = &service.metadata.name.value;
                    if let Some(above) = above.filter(|above| above.metadata.name.value == *name) {
                        inherit::service(above, &service);
                    }
                }
                Layer::Second => {}
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

    /// "failed to allocate IP: provided IP is already allocated". An imported Service may have the
    /// address of the Service that stands for it in this cluster.
    fn has_own_addresses(&mut self, service: &Service, diagnostics: &mut Diagnostics) -> bool {
        if service.kind == ServiceKind::ServiceImport {
            return true;
        }
        let Metadata {
            namespace, name, ..
        } = &service.metadata;
        let taken = service.cluster_ips.iter().find_map(|ip| {
            let (other, first) = self.cluster_ips.get(&ip.value)?;
            Some((ip, other, *first))
        });
        let Some((ip, other, first)) = taken else {
            for ip in &service.cluster_ips {
                let owner = (format!("{namespace}/{}", name.value), ip.span);
                self.cluster_ips.insert(ip.value, owner);
            }
            return true;
        };
        diagnostics.push(
            Diagnostic::new(
                &codes::ADDRESS_TAKEN,
                ip.span,
                format!("cluster IP {} is that of Service `{other}`", ip.value),
            )
            .why("the API server gives an address to one Service, so this one is left out")
            .hint("leave `clusterIP` out: the cluster chooses one")
            .also(first, format!("Service `{other}`")),
        );
        false
    }

    fn is_new(
        &mut self,
        kind: &'static str,
        metadata: &Metadata,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        self.place(kind, metadata, 0, diagnostics) == Layer::New
    }

    /// What is to be done with an object, which is number `at` of its kind if it is kept.
    fn place(
        &mut self,
        kind: &'static str,
        metadata: &Metadata,
        at: usize,
        diagnostics: &mut Diagnostics,
    ) -> Layer {
        let (namespace, name) = (&metadata.namespace, &metadata.name);
        let (first, number) = match self
            .seen
            .entry((kind, namespace.clone(), name.value.clone()))
        {
            Entry::Vacant(entry) => {
                entry.insert((name.span, at));
                return Layer::New;
            }
            Entry::Occupied(first) => *first.get(),
        };
        let is_live = |span| self.sources.of(span).is_live;
        if is_live(name.span) && !is_live(first) {
            return Layer::Under(number);
        }
        let second = left_out::second(kind, namespace, name);
        self.manifests.left_out.push(second);
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
        Layer::Second
    }
}
