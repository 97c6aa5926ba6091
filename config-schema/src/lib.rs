//! The route config: the one contract between `gammactl`, which writes it, and the filter, which
//! obeys it.
//!
//! A config is JSON. It lists Services; each Service port has a *route table* for everybody (the
//! producer routes) and may have one for the clients of single namespaces (the consumer routes).
//! A table is a list of rules, and **the first match in the order written wins**: precedence was
//! decided by whoever wrote the config. The smallest useful one, which a person can write by hand:
//!
//! ```
//! let config = gamma_config::parse(br#"{
//!   "version": 1,
//!   "services": [{
//!     "namespace": "shop", "name": "cart",
//!     "ports": [{
//!       "port": 80,
//!       "cluster": "cart-v1",
//!       "producer": {"rules": [
//!         {"matches": [{"path": {"type": "PathPrefix", "value": "/beta"}}],
//!          "backendRefs": [{"cluster": "cart-v2"}]},
//!         {"backendRefs": [{"cluster": "cart-v1", "weight": 90}, {"cluster": "cart-v2", "weight": 10}]}
//!       ]}
//!     }]
//!   }]
//! }"#)?;
//! assert_eq!(config.services[0].ports[0].port, 80);
//! # Ok::<(), gamma_config::Error>(())
//! ```
//!
//! Where space matters, `{"gzip": "…"}` is the same config [compressed](compress). `{"baked": true}` stands for the config
//! that is in the module itself, see [`asks_for_baked`].
//!
//! Names and meanings are those of the Gateway API wherever it has them. Unknown fields are errors,
//! and an error names the place: `services[0].ports[0].producer.rules[1]: unknown field …`.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        reason = "a test that overflows fails"
    )
)]

mod automaton;
mod baked;
mod by_namespace;
mod compressed;
mod config;
mod describe;
mod duration;
mod error;
mod filter;
mod from_base64;
mod gzip;
mod host;
mod json;
mod limits;
mod locate;
mod matches;
mod origin;
mod part;
mod patterns;
mod place;
mod policy;
mod read;
mod refusal;
mod rule;
#[cfg(feature = "schema")]
pub mod schema;
mod service;
mod session;
mod settings;
mod text;
mod validate;
pub mod wire;

pub use automaton::{Automaton, InvalidAutomaton, MAX_STEPS, MAX_TABLE_STEPS};
pub use baked::{BAKED_MARKER, BAKED_SLOT, asks_for_baked};
pub use by_namespace::ByNamespace;
pub use compressed::{CompressedConfig, compress, compress_json};
pub use config::{Config, VERSION};
pub use duration::Duration;
pub use error::{Error, Problem};
pub use filter::{
    Cors, ExternalAuth, Filter, Fraction, Header, HeaderModifier, PathModifier, RequestMirror,
    RequestRedirect, Scheme, UrlRewrite,
};
pub use gzip::{InvalidCompression, MAX_INFLATED};
pub use host::{Feature, Features, HostKind};
pub use limits::{MAX_ADDRESSES, MAX_ENTRIES};
pub use matches::{
    Match, MatchType, Method, Names, PathMatch, PathMatchType, PathPrefix, ValueMatch,
};
pub use part::{Part, Parts, PortHead, ServiceHead, TableText};
pub use patterns::{PathPatterns, Patterns, ValuePattern};
pub use policy::{Retry, Timeouts};
pub use read::{parse, read, read_parts};
pub use rule::{BackendRef, MAX_MIRRORS, MAX_WEIGHT, Rule};
pub use service::{Port, RouteTable, Service, ServiceKind};
pub use session::{SessionPersistence, SessionType};
pub use settings::Settings;
pub use text::{frames_body, is_token, is_token_byte, port_number};

/// The JSON Schema of [`Config`]: what types and single fields can say of it. [`parse`] checks more.
pub const JSON_SCHEMA: &str = include_str!("../schema/route-config.schema.json");

#[cfg(test)]
mod tests;
