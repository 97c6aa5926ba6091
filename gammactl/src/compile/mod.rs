//! The compiler: Gateway API manifests become a route config.
//!
//! [`attach`] decides which Service ports a route is for, [`precedence`] in which order matches are
//! tried, [`matches`] and [`filters`] what a match and a filter become, [`resolve`] which cluster a
//! backendRef names, [`rule_name`] what a rule is called, and [`compilation`] puts all of it together.
//! What can't be done is said in a diagnostic and, where traffic would notice, written into the config
//! as an answer of 500: nothing is dropped in silence.

pub(crate) mod attach;
pub(crate) mod automaton;
mod backend;
pub(crate) mod cluster;
mod compilation;
mod criterion;
mod filters;
pub(crate) mod frontend;
pub(crate) mod index;
pub(crate) mod kind;
mod matches;
mod options;
pub(crate) mod path_prefix;
pub(crate) mod precedence;
mod provenance;
pub(crate) mod resolve;
mod rule;
mod rule_name;
mod share;
mod slice;
mod table;
pub(crate) mod value_match;

pub use attach::{AttachedPort, Attachment};
pub use cluster::{ClusterNames, InvalidTemplate, Template};
pub use compilation::{Compilation, compilation, compile};
pub use criterion::Criterion;
pub(crate) use index::Index;
pub use options::Options;
pub use provenance::Provenance;
pub(crate) use provenance::{RouteTableKey, TableOrigins};
pub use share::{Share, in_percent};
pub use slice::for_clients_in;
