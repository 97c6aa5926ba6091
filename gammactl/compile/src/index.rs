//! The index of Services and EndpointSlices by name, which also knows the names that are nearly right.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use gamma_manifest::{
    BackendRef, EndpointSlice, MULTICLUSTER, Manifests, Route, Service, ServiceKind,
    suggest::nearest,
};

use super::frontend::ServiceKey;

/// The labels that say which Service or ServiceImport a slice belongs to.
const OWNERS: [(&str, ServiceKind); 2] = [
    ("kubernetes.io/service-name", ServiceKind::Service),
    (
        "multicluster.kubernetes.io/service-name",
        ServiceKind::ServiceImport,
    ),
];

/// The kind of frontend and backend that a reference names, if it is one.
pub(crate) fn service_kind(group: &str, kind: &str) -> Option<ServiceKind> {
    match (group, kind) {
        ("", "Service") => Some(ServiceKind::Service),
        (MULTICLUSTER, "ServiceImport") => Some(ServiceKind::ServiceImport),
        _ => None,
    }
}

/// Looks objects up.
#[derive(Debug)]
pub struct Index<'m> {
    services: HashMap<ServiceKey<'m>, &'m Service>,
    /// The namespaces that Services are in.
    namespaces: HashSet<&'m str>,
    /// Names by namespace, and namespaces by name, in the order of the manifests.
    by_namespace: HashMap<(ServiceKind, &'m str), Vec<&'m str>>,
    by_name: HashMap<(ServiceKind, &'m str), Vec<&'m str>>,
    /// How many more names may be compared: thousands of missing Services must not each be looked
    /// for among thousands that are there.
    comparisons: Cell<usize>,
    /// EndpointSlices by their Service.
    slices: HashMap<ServiceKey<'m>, Vec<&'m EndpointSlice>>,
}

const COMPARISONS: usize = 200_000;

impl<'m> Index<'m> {
    /// Of all objects in `manifests`.
    pub fn new(manifests: &'m Manifests) -> Self {
        let services = manifests
            .services
            .iter()
            .map(|service| (ServiceKey::of(service), service))
            .collect();
        let mut slices: HashMap<_, Vec<_>> = HashMap::new();
        for slice in &manifests.endpoint_slices {
            // A slice of an imported Service may have both labels.
            for (label, kind) in OWNERS {
                let mut labels = slice.metadata.labels.iter();
                if let Some((_, service)) = labels.find(|(key, _)| key == label) {
                    let key = ServiceKey {
                        kind,
                        namespace: &slice.metadata.namespace,
                        name: service,
                    };
                    slices.entry(key).or_default().push(slice);
                }
            }
        }
        let mut by_namespace: HashMap<_, Vec<_>> = HashMap::new();
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for service in &manifests.services {
            let (namespace, name) = (&*service.metadata.namespace, &*service.metadata.name.value);
            by_namespace
                .entry((service.kind, namespace))
                .or_default()
                .push(name);
            by_name
                .entry((service.kind, name))
                .or_default()
                .push(namespace);
        }
        let namespaces = manifests.services.iter();
        let namespaces = namespaces.map(|s| &*s.metadata.namespace).collect();
        Self {
            services,
            namespaces,
            by_namespace,
            by_name,
            comparisons: Cell::new(COMPARISONS),
            slices,
        }
    }

    /// The EndpointSlices of a Service.
    pub fn slices<'a>(&'a self, service: &'a Service) -> &'a [&'a EndpointSlice] {
        self.slices
            .get(&ServiceKey::of(service))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether there is any Service in a namespace.
    pub(crate) fn has_services(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    pub(crate) fn service(
        &self,
        kind: ServiceKind,
        namespace: &str,
        name: &str,
    ) -> Option<&'m Service> {
        let key = ServiceKey {
            kind,
            namespace,
            name,
        };
        self.services.get(&key).copied()
    }

    /// The Service that a backendRef names, if it is there.
    pub fn backend(&self, route: &Route, backend: &BackendRef) -> Option<&'m Service> {
        let namespace = backend.namespace.as_ref();
        let namespace = namespace.map_or(&*route.metadata.namespace, |n| &*n.value);
        let kind = service_kind(&backend.group, &backend.kind.value)?;
        self.service(kind, namespace, &backend.name.value)
    }

    /// The first namespace, by name, that has a Service of that name.
    pub(crate) fn namespace_of(&self, kind: ServiceKind, name: &str) -> Option<&'m str> {
        self.by_name.get(&(kind, name))?.iter().copied().min()
    }

    /// A hint for a reference to a Service that is not there: the nearest name, else where to put it.
    pub(crate) fn service_hint(&self, kind: ServiceKind, namespace: &str, name: &str) -> String {
        let namespaces = self.by_name.get(&(kind, name));
        let namespaces = || namespaces.into_iter().flatten().copied();
        let in_namespace = self.by_namespace.get(&(kind, namespace));
        let in_namespace = in_namespace.into_iter().flatten().copied();
        if let Some(similar) = nearest(namespace, namespaces()) {
            format!("did you mean namespace `{similar}`?")
        } else if let Some(similar) = nearest(name, self.affordable(in_namespace)) {
            format!("did you mean `{similar}`?")
        } else if let Some(elsewhere) = namespaces().min() {
            format!("there is one in namespace `{elsewhere}`: add `namespace: {elsewhere}`")
        } else {
            format!("add the manifest of {kind:?} `{namespace}/{name}` to the input")
        }
    }

    /// Names to compare a misspelt one with, until too many were compared.
    fn affordable<'n>(
        &self,
        names: impl Iterator<Item = &'n str>,
    ) -> impl Iterator<Item = &'n str> {
        names.take_while(|_| {
            let left = self.comparisons.get();
            self.comparisons.set(left.saturating_sub(1));
            left > 0
        })
    }
}
