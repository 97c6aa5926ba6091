//! From Gateway API manifests to the route config, and everything a person does around it.
//!
//! [`source`] reads files, [`manifest`] turns YAML into objects, [`compile`] turns objects into a
//! [`gamma_config::Config`], [`lint`] looks for what is hardly meant, [`envoy`] puts the config
//! into a whole Envoy bootstrap, and [`diagnostic`] says what is wrong and where. The binary only parses options and prints.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod cases;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod diff;
pub mod envoy;
pub mod explain;
pub mod istio;
pub mod lint;
pub mod manifest;
pub mod request;
pub mod source;
pub mod status;
mod suggest;
pub mod watch;
mod yaml;
