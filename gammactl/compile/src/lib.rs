//! Compiles manifests to a [route config](gamma_config::Config), warns of what is hardly meant in them,
//! and says which status their routes would have.
//!
//! ```
//! use gamma_compile::{Options, compile};
//! use gamma_manifest::{decode, diagnostic::Diagnostics, source::Sources};
//!
//! let mut sources = Sources::default();
//! sources.add("cart.yaml", "{apiVersion: v1, kind: Service, metadata: {name: cart}, spec: {ports: [{port: 80}]}}");
//! let mut diagnostics = Diagnostics::default();
//! let manifests = decode(&sources, "shop", &mut diagnostics);
//! let config = compile(&manifests, &Options::default(), &mut diagnostics);
//! assert_eq!(config.services[0].ports[0].port, 80);
//! ```
//!
//! `attach` decides which Service ports a route is for, `precedence` in which order matches are
//! tried, `matches` and `filters` what a match and a filter become, `resolve` which cluster a
//! backendRef names, `backend_tls` which of them are reached by TLS, `rule_name` what a rule is called, and `compilation` puts all of it together.
//! `memo` keeps its tables, for whoever compiles again and again.
//! What can't be done is said in a diagnostic and, where traffic would notice, written into the config
//! as an answer of 500: nothing is dropped in silence. [`lint()`] looks for what is probably not meant
//! in routes that can be compiled.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod addresses;
mod attach;
mod backend;
mod backend_tls;
mod check;
mod cluster;
mod compilation;
mod criterion;
mod direct;
mod endpoints;
pub mod envoy_headers;
mod filters;
mod framing;
mod frontend;
mod header_changes;
mod index;
mod kind;
mod lint;
mod matches;
mod memo;
mod named_clusters;
mod options;
mod other_parent;
mod path_change;
mod precedence;
mod provenance;
mod resolve;
mod retry_budget;
mod rule;
mod rule_name;
mod share;
mod slice;
pub mod status;
mod table;
mod whereabouts;

pub use attach::{AttachedPort, Attachment};
pub use backend_tls::{
    BackendConnection, BackendTls, TlsSettings, TrustedCertificates, asks_for_tls,
};
pub use check::{begin_check, check, finish_check, nothing_found};
pub use cluster::{ClusterNaming, InvalidTemplate, Template, host};
pub use compilation::{Compilation, compilation, compile, recompilation};
pub use criterion::Criterion;
pub use endpoints::PortEndpoint;
pub use index::Index;
pub use lint::{lint, noticed_kinds};
pub use memo::Memo;
pub use named_clusters::NamedClusters;
pub use options::{Options, TlsToBackends};
pub use provenance::{Provenance, RouteTableKey, TableOrigins};
pub use retry_budget::RetryBudgets;
pub use rule_name::names_of_rules;
pub use share::{Share, in_percent};
pub use slice::for_clients_in;
pub use whereabouts::Whereabouts;
