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
//! Names and meanings are those of the Gateway API wherever it has them. Unknown fields are errors,
//! and an error names the place: `services[0].ports[0].producer.rules[1]: unknown field …`.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod error;
mod filter;
mod json;
mod matches;
mod members;
mod outline;
mod place;
mod policy;
mod read;
mod rule;
#[cfg(feature = "schema")]
pub mod schema;
mod service;
mod settings;
mod validate;
pub mod wire;

pub use error::{Error, Problem};
pub use filter::{
    Cors, ExternalAuth, Filter, Fraction, Header, HeaderModifier, PathModifier, RequestMirror,
    RequestRedirect, Scheme, UrlRewrite,
};
pub use matches::{
    Match, MatchType, Method, Names, PathMatch, PathMatchType, PathPrefix, ValueMatch,
};
pub use policy::{Duration, Retry, SessionPersistence, SessionType, Timeouts};
pub use read::{Part, read};
pub use rule::{BackendRef, MAX_MIRRORS, MAX_WEIGHT, Rule};
pub use service::{Port, RouteTable, Service, ServiceKind};
pub use settings::Settings;

use serde::{Deserialize, Serialize};

/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;

/// The JSON Schema of [`Config`]: what types and single fields can say of it. [`parse`] checks more.
pub const JSON_SCHEMA: &str = include_str!("../schema/route-config.schema.json");

/// A whole route config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Where an editor finds the schema of this file; means nothing to the filter.
    #[serde(default, rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Must be [`VERSION`].
    #[cfg_attr(feature = "schema", schemars(extend("const" = 1)))]
    pub version: u32,
    /// What is the same for all Services.
    #[serde(default, skip_serializing_if = "Settings::is_default")]
    pub settings: Settings,
    /// Services whose requests are recognised. Requests to others pass through untouched.
    #[serde(default)]
    pub services: Vec<Service>,
}

impl Default for Config {
    /// No Services: everything passes through.
    fn default() -> Self {
        Self {
            schema: None,
            version: VERSION,
            settings: Settings::default(),
            services: Vec::new(),
        }
    }
}

impl Config {
    /// Checks what types can't: see [`Problem`] for what is said and where.
    ///
    /// # Errors
    ///
    /// Every problem that was found, not only the first.
    pub fn validate(&self) -> Result<(), Error> {
        validate::validate(self)
    }
}

/// Reads and validates a config. No bytes at all (a host without plugin configuration) are the
/// [default](Config::default): everything passes through.
///
/// # Errors
///
/// The first syntax or type error, or all problems found by [`Config::validate`], each with its
/// place.
pub fn parse(json: &[u8]) -> Result<Config, Error> {
    read::whole(json)
}

#[cfg(test)]
mod tests;
