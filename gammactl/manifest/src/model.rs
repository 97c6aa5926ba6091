//! The Kubernetes objects that matter for routing, as decoded from YAML.
//!
//! Only what the API server would accept gets here: required fields are present, strings are within
//! their patterns and limits, unions are consistent. Positions are kept wherever a later pass may
//! have something to say.

mod backend_tls;
mod backend_traffic;
mod core;
mod filter;
mod matches;
mod metadata;
mod other;
mod policy;
mod route;
mod slice;
mod timestamp;

use std::sync::Arc;

pub use backend_tls::{BackendTlsPolicy, CertificateRef, ConfigMap, SubjectAltName};
pub use backend_traffic::{BackendTrafficPolicy, RetryBudget};
pub use filter::{
    BackendRef, ExternalAuth, Filter, FilterKind, HeaderModifier, Mirror, PathModifier, Redirect,
    UrlRewrite,
};
pub use matches::{
    GrpcMatch, GrpcMethodMatch, HttpMatch, Match, PathMatch, PathMatchType, ValueMatch,
};
pub use metadata::Metadata;
pub use other::{ObjectReference, OtherObject};
pub use policy::PolicyTarget;
pub use route::{ParentRef, Route, RouteKind, Rule, SessionPersistence};
pub use slice::{AddressType, Endpoint, EndpointAddress, EndpointPort, EndpointSlice};
pub use timestamp::Timestamp;

pub use self::core::{NodeProxyField, ReferenceGrant, Service, ServiceKind, ServicePort};

/// Everything that was read.
#[derive(Debug, Default, Clone)]
pub struct Manifests {
    /// HTTPRoutes and GRPCRoutes in the order they were read. Each is shared with whoever read it, and is never
    /// changed: the same one is the same route.
    pub routes: Vec<Arc<Route>>,
    /// Services.
    pub services: Vec<Service>,
    /// EndpointSlices.
    pub endpoint_slices: Vec<EndpointSlice>,
    /// ReferenceGrants.
    pub reference_grants: Vec<ReferenceGrant>,
    /// Namespaces.
    pub namespaces: Vec<Metadata>,
    /// BackendTLSPolicies.
    pub backend_tls_policies: Vec<BackendTlsPolicy>,
    /// XBackendTrafficPolicies.
    pub backend_traffic_policies: Vec<BackendTrafficPolicy>,
    /// ConfigMaps.
    pub config_maps: Vec<ConfigMap>,
    /// Objects of kinds that are not used.
    pub others: Vec<OtherObject>,
    /// Namespaces and names of Gateways.
    pub gateways: Vec<(String, String)>,
    /// What was not read, for an error that has been said.
    pub left_out: Vec<LeftOut>,
}

/// An object with an error, or in a document with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Kind, as far as it is known what was meant.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Labels, as far as they are known.
    pub labels: Vec<(String, String)>,
}

impl Manifests {
    /// Whether there is no object that routes could have to do with, nor any other that was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
            && self.services.is_empty()
            && self.backend_tls_policies.is_empty()
            && self.backend_traffic_policies.is_empty()
            && self.config_maps.is_empty()
            && self.others.is_empty()
    }
}
