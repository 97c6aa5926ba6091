//! Reads Kubernetes manifests into objects that know where each of their values was written.
//!
//! [`source::load`] reads files, [`decode`] makes [`Manifests`] of them, and everything that is
//! wrong becomes a [diagnostic](diagnostic::Diagnostic) with its place: one violation hides no
//! other. The objects are those that matter for routes of the Gateway API with Services as parents.
//!
//! ```
//! use gamma_manifest::{decode, diagnostic::Diagnostics, source::Sources};
//!
//! let mut sources = Sources::default();
//! sources.add("cart.yaml", "{apiVersion: v1, kind: Service, metadata: {name: cart}, spec: {ports: [{port: 80}]}}");
//! let mut diagnostics = Diagnostics::default();
//! let manifests = decode(&sources, "shop", &mut diagnostics);
//! assert_eq!(manifests.services[0].metadata.namespace, "shop");
//! assert!(diagnostics.is_empty());
//! ```
//!
//! Other readers of YAML that report mistakes with their places build on [`yaml`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod decode;
pub mod diagnostic;
mod foreign_path;
mod groups;
mod model;
pub mod source;
pub mod suggest;
mod write;
pub mod yaml;

pub use decode::{EditedFiles, KnownKind, LiveObjects, decode, known_kinds};
pub use foreign_path::{ForeignPath, foreign_path};
pub use groups::MULTICLUSTER;
pub use model::{
    AddressType, BackendRef, BackendTlsPolicy, BackendTrafficPolicy, CertificateRef, ConfigMap,
    Endpoint, EndpointAddress, EndpointPort, EndpointSlice, ExternalAuth, Filter, FilterKind,
    GrpcMatch, GrpcMethodMatch, HeaderModifier, HttpMatch, LeftOut, Manifests, Match, Metadata,
    Mirror, NodeProxyField, ObjectReference, OtherObject, ParentRef, PathMatch, PathMatchType,
    PathModifier, PolicyTarget, Redirect, ReferenceGrant, RetryBudget, Route, RouteKind, Rule,
    Service, ServiceKind, ServicePort, SessionPersistence, SubjectAltName, Timestamp, UrlRewrite,
    ValueMatch,
};
pub use write::{MARK, json as write_json, yaml as write_yaml};
