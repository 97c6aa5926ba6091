//! The index of Services and EndpointSlices by name, which also knows the names that are nearly right.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use gamma_manifest::{
    BackendRef, EndpointSlice, MULTICLUSTER, Manifests, Metadata, Route, Service, ServiceKind,
    ServicePort, diagnostic::Hint, suggest::nearest,
};

use super::{
    endpoints::{self, PortEndpoint},
    frontend::ServiceKey,
};

/// The labels that say which Service or ServiceImport a slice belongs to.
const OWNERS: [(&str, ServiceKind); 2] = [
    ("kubernetes.io/service-name", ServiceKind::Service),
    (
        "multicluster.kubernetes.io/service-name",
        ServiceKind::ServiceImport,
    ),
];

/// The Services that a slice says it belongs to: one of an imported Service may have both labels.
pub(crate) fn owners(slice: &EndpointSlice) -> impl Iterator<Item = ServiceKey<'_>> {
    OWNERS.into_iter().filter_map(|(label, kind)| {
        let mut labels = slice.metadata.labels.iter();
        let (_, name) = labels.find(|(key, name)| key == label && !name.is_empty())?;
        Some(ServiceKey {
            kind,
            namespace: &slice.metadata.namespace,
            name,
        })
    })
}

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
    /// Services with an error, and those of which a slice has one.
    left_out: HashSet<(ServiceKind, &'m str, &'m str)>,
    slices_left_out: HashSet<(ServiceKind, &'m str, &'m str)>,
    /// Kinds and namespaces of the objects with an error that only others refer to, or that are about others.
    kinds_left_out: HashSet<(&'m str, &'m str)>,
    /// Namespaces and names of Gateways.
    gateways: HashSet<(&'m str, &'m str)>,
    /// EndpointSlices by their Service, whether it is there or not.
    slices: HashMap<ServiceKey<'m>, Vec<&'m EndpointSlice>>,
}

const COMPARISONS: usize = 200_000;

impl<'m> Index<'m> {
    /// Of all objects in `manifests` but the routes: what becomes of a route depends on no other one.
    pub fn new(manifests: &'m Manifests) -> Self {
        let services = manifests
            .services
            .iter()
            .map(|service| (ServiceKey::of(service), service))
            .collect();
        let mut slices: HashMap<_, Vec<_>> = HashMap::new();
        for slice in &manifests.endpoint_slices {
            for key in owners(slice) {
                slices.entry(key).or_default().push(slice);
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
        let mut left_out = HashSet::new();
        let mut slices_left_out = HashSet::new();
        let mut kinds_left_out = HashSet::new();
        for object in &manifests.left_out {
            let (namespace, name) = (&*object.namespace, &*object.name);
            if let Some(kind) = object.service_kind() {
                left_out.insert((kind, namespace, name));
                // A misspelt reference may mean it.
                let names = by_namespace.entry((kind, namespace)).or_default();
                names.push(name);
            }
            match &*object.kind {
                "EndpointSlice" => {
                    slices_left_out.extend(OWNERS.iter().flat_map(|(label, kind)| {
                        let labels = object.labels.iter().filter(move |(key, _)| key == label);
                        labels.map(move |(_, service)| (*kind, namespace, &**service))
                    }))
                }
                kind @ ("ReferenceGrant" | "BackendTLSPolicy" | "ConfigMap") => {
                    kinds_left_out.insert((kind, namespace));
                }
                _ => {}
            }
        }
        let gateways = manifests.gateways.iter();
        let gateways = gateways
            .map(|(namespace, name)| (&**namespace, &**name))
            .collect();
        Self {
            services,
            namespaces,
            by_namespace,
            by_name,
            left_out,
            slices_left_out,
            kinds_left_out,
            gateways,
            comparisons: Cell::new(COMPARISONS),
            slices,
        }
    }

    /// The EndpointSlices of a Service.
    pub(crate) fn slices<'a>(&'a self, service: &'a Service) -> &'a [&'a EndpointSlice] {
        self.slices
            .get(&ServiceKey::of(service))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether a Service has an error, which has been said.
    pub(crate) fn is_left_out(&self, kind: ServiceKind, namespace: &str, name: &str) -> bool {
        self.left_out.contains(&(kind, namespace, name))
    }

    /// Whether a slice of a Service has an error.
    pub(crate) fn has_slice_left_out(&self, service: &Service) -> bool {
        let Metadata {
            namespace, name, ..
        } = &service.metadata;
        let key = (service.kind, &**namespace, &*name.value);
        self.slices_left_out.contains(&key)
    }

    /// Whether a ReferenceGrant, a BackendTLSPolicy or a ConfigMap of a namespace has an error.
    pub(crate) fn has_left_out(&self, kind: &str, namespace: &str) -> bool {
        self.kinds_left_out.contains(&(kind, namespace))
    }

    /// Whether there is a Gateway.
    pub(crate) fn has_gateway(&self, namespace: &str, name: &str) -> bool {
        self.gateways.contains(&(namespace, name))
    }

    /// Where requests to a port of a Service go: every endpoint once, in the order of its slices.
    /// `None` where the input has no slices of the Service, and DNS has to be asked.
    pub fn endpoints(&self, service: &Service, port: &ServicePort) -> Option<Vec<PortEndpoint>> {
        let slices = self.slices(service);
        (!slices.is_empty()).then(|| endpoints::of_port(service, port, slices))
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

    /// A hint for a reference of `route` to a Service that is not there: the nearest name, else where to
    /// put it. `written` is the namespace of the reference, if it has one.
    pub(crate) fn service_hint(
        &self,
        kind: ServiceKind,
        route: &Route,
        written: Option<&str>,
        name: &str,
    ) -> Hint {
        let namespace = written.unwrap_or(&route.metadata.namespace);
        let namespaces = self.by_name.get(&(kind, name));
        let namespaces = || namespaces.into_iter().flatten().copied();
        let in_namespace = self.by_namespace.get(&(kind, namespace));
        let in_namespace = in_namespace.into_iter().flatten().copied();
        if let Some(hint) = self.dotted_hint(kind, namespace, name) {
            hint
        } else if let Some(similar) = nearest(namespace, namespaces()) {
            format!("did you mean namespace `{similar}`?").into()
        } else if let Some(similar) = nearest(name, self.affordable(in_namespace)) {
            Hint::did_you_mean(similar)
        } else if let Some(elsewhere) = namespaces().min() {
            let service = self.service(kind, elsewhere, name);
            let service_says = service.is_none_or(|service| service.metadata.names_namespace);
            if written.is_none() && !route.metadata.names_namespace && service_says {
                return format!(
                    "the {} names no namespace, and one is in `{elsewhere}`: add \
                     `metadata.namespace: {elsewhere}` to it, or say `-n {elsewhere}`",
                    route.kind.as_str()
                )
                .into();
            }
            if !service_says {
                return format!(
                    "there is one that names no namespace, and so is in `{elsewhere}`: add \
                     `metadata.namespace: {namespace}` to it, or say `-n {namespace}`"
                )
                .into();
            }
            format!("there is one in namespace `{elsewhere}`: add `namespace: {elsewhere}`").into()
        } else {
            self.absent_hint(kind, namespace, name)
        }
    }

    /// Whether a Service of that name is in any namespace.
    pub(crate) fn is_known(&self, kind: ServiceKind, name: &str) -> bool {
        self.by_name.contains_key(&(kind, name))
    }

    /// A hint for a slice of a Service that is not there.
    pub(crate) fn slice_hint(&self, kind: ServiceKind, namespace: &str, name: &str) -> Hint {
        match self.namespace_of(kind, name) {
            Some(other) => format!(
                "there is one in namespace `{other}`: a slice is in the namespace of its {kind:?}"
            )
            .into(),
            None => self.absent_hint(kind, namespace, name),
        }
    }

    /// A hint for a name that no Service of any namespace has.
    pub(crate) fn absent_hint(&self, kind: ServiceKind, namespace: &str, name: &str) -> Hint {
        let beside = self.by_namespace.get(&(kind, namespace));
        let beside = beside.into_iter().flatten().copied();
        match nearest(name, self.affordable(beside)) {
            Some(similar) => Hint::did_you_mean(similar),
            None => {
                format!("add the manifest of {kind:?} `{namespace}/{name}` to the input").into()
            }
        }
    }

    /// A hint for a host name where the name of a Service must stand.
    fn dotted_hint(&self, kind: ServiceKind, namespace: &str, name: &str) -> Option<Hint> {
        // "must be a valid RFC 1035 label name", so without dots.
        let (service, rest) = name.split_once('.')?;
        let other = rest.split('.').next().unwrap_or_default();
        Some(if self.service(kind, other, service).is_none() {
            format!(
                "the name of a {kind:?} has no dots; for a host of elsewhere, name a Service of type \
                 ExternalName"
            )
            .into()
        } else if other == namespace {
            let hint = format!("write `name: {service}`: the name of a {kind:?} has no dots");
            Hint::from(hint).replace_by(service)
        } else {
            format!(
                "write `name: {service}` and `namespace: {other}`: the name of a {kind:?} has no dots"
            )
            .into()
        })
    }

    /// How many more names may be compared for hints. Of all that is compiled, only hints depend on it.
    pub(crate) fn comparisons_left(&self) -> usize {
        self.comparisons.get()
    }

    /// Counts comparisons that were made before, if so many may be made, and some are left then.
    pub(crate) fn spend(&self, comparisons: usize) -> bool {
        let left = self.comparisons.get().saturating_sub(comparisons);
        if left > 0 {
            self.comparisons.set(left);
        }
        left > 0
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
