//! From the routes of older meshes to routes of the Gateway API.
//!
//! `istio` reads VirtualServices and DestinationRules and says what each entry of their lists is for and what it does, as a
//! [`source_list`]; [`order`] writes ordered lists as matches that are ranked, so that every request is decided as before; `route` and
//! `written` make manifests of it, and `proof` compares what was written with the lists. What can't be carried over is said, with its place: see [`Conversion::diagnostics`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod istio;
mod object;
mod options;
pub mod order;
mod proof;
mod report;
mod route;
mod service;
pub mod source_list;
mod written;

use gamma_manifest::{diagnostic::Diagnostics, source::Sources};
pub use options::ConversionOptions;
pub use proof::{Proof, SaidDifference};
pub use written::WrittenFile;
use written::WrittenObjects;

/// What came out.
#[derive(Debug)]
pub struct Conversion {
    /// The manifests.
    pub files: Vec<WrittenFile>,
    /// What is wrong with the input, and what becomes otherwise.
    pub diagnostics: Diagnostics,
    /// How many VirtualServices and DestinationRules there were.
    pub objects: usize,
    /// Whether the manifests decide as the input did; in words, why that can't be told.
    pub proof: Result<Proof, String>,
}

/// Converts what is in `sources`.
#[must_use]
pub fn convert(sources: &Sources, options: &ConversionOptions) -> Conversion {
    let mut diagnostics = Diagnostics::default();
    let (mut written, objects) = written(sources, options, &mut diagnostics);
    let files = written.files(sources);
    Conversion {
        proof: proof::prove(sources, &files, &written, &diagnostics, options),
        files,
        diagnostics,
        objects,
    }
}

/// What is written for `sources`, and of how many objects.
fn written(
    sources: &Sources,
    options: &ConversionOptions,
    diagnostics: &mut Diagnostics,
) -> (WrittenObjects, usize) {
    let objects = object::objects(sources, diagnostics);
    let services = service::services(&objects, &options.namespace, diagnostics);
    let virtual_services = istio::virtual_services(&objects, &options.namespace, diagnostics);
    let rules = istio::destination_rules(&objects, &options.namespace, diagnostics);
    let written = istio::plan(&services, &virtual_services, &rules, options, diagnostics);
    diagnostics.sort();
    (written, virtual_services.len() + rules.len())
}
