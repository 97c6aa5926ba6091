//! Keys that identify a Service or ServiceImport that clients call, and each of its ports.

use gamma_manifest::{Service, ServiceKind};

/// A Service or ServiceImport, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ServiceKey<'m> {
    pub(crate) kind: ServiceKind,
    pub(crate) namespace: &'m str,
    pub(crate) name: &'m str,
}

/// A port of a Service or ServiceImport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ServicePortKey<'m> {
    pub(crate) service: ServiceKey<'m>,
    pub(crate) port: u16,
}

impl<'m> ServiceKey<'m> {
    pub(crate) fn of(service: &'m Service) -> Self {
        Self {
            kind: service.kind,
            namespace: &service.metadata.namespace,
            name: &service.metadata.name.value,
        }
    }

    pub(crate) fn port(self, port: u16) -> ServicePortKey<'m> {
        ServicePortKey {
            service: self,
            port,
        }
    }

    /// Sorts ServiceImports after Services, then by namespace and name.
    pub(crate) fn rank(self) -> (bool, &'m str, &'m str) {
        let is_import = self.kind == ServiceKind::ServiceImport;
        (is_import, self.namespace, self.name)
    }
}
