//! The key of a Service's port, to which routes attach.

use crate::service::ServiceKind;

/// A port of a Service or ServiceImport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrontendKey<'a> {
    /// What it is in Kubernetes: a Service and a ServiceImport may have one name.
    pub kind: ServiceKind,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The number of the port.
    pub port: u16,
}
