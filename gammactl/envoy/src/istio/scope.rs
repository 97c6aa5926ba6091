//! The clients whose requests a pair of objects is for: those of the whole mesh, or of one namespace.

use std::collections::BTreeSet;

use gamma_manifest::Manifests;

/// The clients that get the filter with one config.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All of the mesh: the objects are in Istio's root namespace. Each sidecar says to the filter
    /// in which namespace it is.
    Mesh {
        /// `meshConfig.rootNamespace`.
        root_namespace: String,
    },
    /// Those in one namespace, which is where the objects are.
    Namespace(String),
}

impl Scope {
    /// Where its objects are.
    #[must_use]
    pub fn namespace(&self) -> &str {
        match self {
            Self::Mesh { root_namespace } => root_namespace,
            Self::Namespace(namespace) => namespace,
        }
    }

    /// The clients' namespace, where it is the same for all of them.
    #[must_use]
    pub fn client_namespace(&self) -> Option<&str> {
        match self {
            Self::Mesh { .. } => None,
            Self::Namespace(namespace) => Some(namespace),
        }
    }
}

/// Every namespace that clients may be in, as far as the manifests say: those that are there as
/// objects, and those that Services and routes are in.
///
/// There can be no pair of objects for "all others": a plugin in the root namespace would run in the
/// sidecars of these namespaces as well, before their own.
#[must_use]
pub fn client_namespaces(manifests: &Manifests) -> BTreeSet<String> {
    let objects = manifests.namespaces.iter().map(|n| n.name.value.clone());
    let services = manifests.services.iter().map(|service| &service.metadata);
    let routes = manifests.routes.iter().map(|route| &route.metadata);
    let named = services.chain(routes).map(|m| m.namespace.clone());
    objects.chain(named).collect()
}
