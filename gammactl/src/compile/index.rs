//! Objects by name, and the names that are nearly right.

use std::collections::{HashMap, HashSet};

use crate::manifest::{EndpointSlice, MULTICLUSTER, Manifests, Service, ServiceKind};

/// The labels that say which Service or ServiceImport a slice belongs to.
const OWNERS: [(&str, ServiceKind); 2] = [
    ("kubernetes.io/service-name", ServiceKind::Service),
    (
        "multicluster.kubernetes.io/service-name",
        ServiceKind::ServiceImport,
    ),
];

/// Kind, namespace and name.
type Key<'m> = (ServiceKind, &'m str, &'m str);

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
pub(crate) struct Index<'m> {
    services: HashMap<Key<'m>, &'m Service>,
    /// Those that Services are in.
    namespaces: HashSet<&'m str>,
    /// EndpointSlices by their Service.
    slices: HashMap<Key<'m>, Vec<&'m EndpointSlice>>,
}

impl<'m> Index<'m> {
    pub(crate) fn new(manifests: &'m Manifests) -> Self {
        let services = manifests
            .services
            .iter()
            .map(|s| ((s.kind, &*s.metadata.namespace, &*s.metadata.name.value), s))
            .collect();
        let mut slices: HashMap<_, Vec<_>> = HashMap::new();
        for slice in &manifests.endpoint_slices {
            // A slice of an imported Service may have both labels.
            for (label, kind) in OWNERS {
                let mut labels = slice.metadata.labels.iter();
                if let Some((_, service)) = labels.find(|(key, _)| key == label) {
                    let key = (kind, &*slice.metadata.namespace, &**service);
                    slices.entry(key).or_default().push(slice);
                }
            }
        }
        let namespaces = manifests.services.iter();
        let namespaces = namespaces.map(|s| &*s.metadata.namespace).collect();
        Self {
            services,
            namespaces,
            slices,
        }
    }

    /// The EndpointSlices of a Service.
    pub(crate) fn slices<'a>(&'a self, service: &'a Service) -> &'a [&'a EndpointSlice] {
        let metadata = &service.metadata;
        self.slices
            .get(&(service.kind, &*metadata.namespace, &*metadata.name.value))
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
        self.services.get(&(kind, namespace, name)).copied()
    }

    /// What to do about a Service that is not there: the nearest name, else where to put it.
    pub(crate) fn service_hint(&self, kind: ServiceKind, namespace: &str, name: &str) -> String {
        let of_kind = || self.services.keys().filter(move |key| key.0 == kind);
        let elsewhere = of_kind()
            .filter(|(.., other)| *other == name)
            .map(|(_, namespace, _)| *namespace)
            .min();
        let in_namespace = of_kind()
            .filter(|(_, other, _)| *other == namespace)
            .map(|(.., name)| *name);
        if let Some(similar) = crate::suggest::nearest(name, in_namespace) {
            format!("did you mean `{similar}`?")
        } else if let Some(elsewhere) = elsewhere {
            format!("there is one in namespace `{elsewhere}`: add `namespace: {elsewhere}`")
        } else {
            format!("add the manifest of {kind:?} `{namespace}/{name}` to the input")
        }
    }
}

impl Service {
    /// Whether routes can be attached to it.
    ///
    /// "headless Services SHOULD NOT be parents: they have no frontend; ExternalName SHOULD NOT"
    /// (GEP-1294)
    pub(crate) fn is_frontend(&self) -> bool {
        !self.headless && self.service_type != "ExternalName"
    }

    /// The ports that HTTP can come to.
    pub(crate) fn tcp_ports(&self) -> impl Iterator<Item = &crate::manifest::ServicePort> {
        self.ports.iter().filter(|port| port.protocol == "TCP")
    }

    /// Its TCP ports as text, for hints.
    pub(crate) fn port_list(&self) -> String {
        let ports: Vec<String> = self
            .tcp_ports()
            .map(|port| match &*port.name {
                "" => port.port.to_string(),
                name => format!("{} (`{name}`)", port.port),
            })
            .collect();
        match ports.len() {
            0 => "it has no TCP port".into(),
            _ => format!("it has {}", ports.join(", ")),
        }
    }
}
