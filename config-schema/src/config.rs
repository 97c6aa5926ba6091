//! A whole route config, and the version of its format.

use crate::{describe::describe_object, rule::Rule, service::Service, settings::Settings};

/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;

describe_object! {
    /// A whole route config.
    pub struct Config<R = Rule> {
        /// Where an editor finds the schema of this file; means nothing to the filter.
        optional "$schema" => schema: Option<String>,
        /// Must be [`VERSION`].
        #[schema(says("const", 1.into()))]
        required "version" => version: u32,
        /// What is the same for all Services.
        optional "settings" => settings: Settings,
        /// Services whose requests are recognised. Requests to others pass through untouched.
        written "services" => services: Vec<Service<R>>,
    }
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
