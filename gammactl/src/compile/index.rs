//! Objects by name, and the names that are nearly right.

use std::collections::HashMap;

use crate::manifest::{EndpointSlice, Manifests, Service};

/// The label that says which Service a slice belongs to.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// Looks objects up.
#[derive(Debug)]
pub(crate) struct Index<'m> {
    services: HashMap<(&'m str, &'m str), &'m Service>,
    /// EndpointSlices by their Service.
    slices: HashMap<(&'m str, &'m str), Vec<&'m EndpointSlice>>,
}

impl<'m> Index<'m> {
    pub(crate) fn new(manifests: &'m Manifests) -> Self {
        let services = manifests
            .services
            .iter()
            .map(|s| ((&*s.metadata.namespace, &*s.metadata.name.value), s))
            .collect();
        let mut slices: HashMap<_, Vec<_>> = HashMap::new();
        for slice in &manifests.endpoint_slices {
            let mut labels = slice.metadata.labels.iter();
            if let Some((_, service)) = labels.find(|(key, _)| key == SERVICE_NAME) {
                let key = (&*slice.metadata.namespace, &**service);
                slices.entry(key).or_default().push(slice);
            }
        }
        Self { services, slices }
    }

    /// The EndpointSlices of a Service.
    pub(crate) fn slices<'a>(
        &'a self,
        namespace: &'a str,
        service: &'a str,
    ) -> &'a [&'a EndpointSlice] {
        self.slices
            .get(&(namespace, service))
            .map_or(&[], Vec::as_slice)
    }

    pub(crate) fn service(&self, namespace: &str, name: &str) -> Option<&'m Service> {
        self.services.get(&(namespace, name)).copied()
    }

    /// What to do about a Service that is not there: the nearest name, else where to put it.
    pub(crate) fn service_hint(&self, namespace: &str, name: &str) -> String {
        let elsewhere = self
            .services
            .keys()
            .filter(|(_, other)| *other == name)
            .map(|(namespace, _)| *namespace)
            .min();
        let in_namespace = self
            .services
            .keys()
            .filter(|(other, _)| *other == namespace)
            .map(|(_, name)| *name);
        if let Some(similar) = crate::suggest::nearest(name, in_namespace) {
            format!("did you mean `{similar}`?")
        } else if let Some(elsewhere) = elsewhere {
            format!("there is one in namespace `{elsewhere}`: add `namespace: {elsewhere}`")
        } else {
            format!("add the manifest of Service `{namespace}/{name}` to the input")
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
