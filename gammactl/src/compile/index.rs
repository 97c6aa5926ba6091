//! Objects by name, and the names that are nearly right.

use std::collections::HashMap;

use crate::manifest::{Manifests, Service};

/// Looks objects up.
#[derive(Debug)]
pub(crate) struct Index<'m> {
    services: HashMap<(&'m str, &'m str), &'m Service>,
}

impl<'m> Index<'m> {
    pub(crate) fn new(manifests: &'m Manifests) -> Self {
        let services = manifests
            .services
            .iter()
            .map(|s| ((&*s.metadata.namespace, &*s.metadata.name.value), s))
            .collect();
        Self { services }
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
