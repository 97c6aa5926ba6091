//! Tests of routes that are written as data: manifests, requests, and what must become of the
//! requests.
//!
//! A case file is YAML. [`find`] finds the files, [`run`] reads one with every mistake at its place,
//! compiles the manifests that it names, and asks the filter's own router about each request; what
//! is not as expected comes with its place and with what `explain` says. [`report`] writes the
//! results for people and for tools. [`record`] goes the other way: it expects of a request what becomes
//! of it now.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod check;
mod find;
mod folder;
mod jar;
mod model;
mod names;
mod outcome;
mod read;
mod record;
pub mod report;
mod run;
#[cfg(feature = "schema")]
mod schema;
mod share;
mod subject;

pub use find::{CaseFile, find};
pub use folder::{CaseFolder, TextFolder};
pub use record::record;
pub use run::{FileResult, TestResult, run, run_in};
#[cfg(feature = "schema")]
pub use schema::schema;

/// The JSON Schema of case files.
pub const JSON_SCHEMA: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../config-schema/schema/test-cases.schema.json"
));
