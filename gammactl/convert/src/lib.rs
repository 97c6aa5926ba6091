//! From the routes of older meshes to routes of the Gateway API.
//!
//! `istio` reads VirtualServices and DestinationRules and says what each entry of their lists is for and what it does;
//! [`order`] writes ordered lists as matches that are ranked, so that every request is decided as before; `route` and
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
mod verdict;
mod written;

use gamma_manifest::{diagnostic::Diagnostics, source::Sources};
pub use options::ConversionOptions;
pub use proof::Proof;
pub use verdict::ConversionVerdict;
pub use written::WrittenFile;

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

impl Conversion {
    /// Whether what was written decides as what it was made of, in words, where `accepted` findings were agreed to.
    #[must_use]
    pub fn verdict(&self, accepted: usize) -> ConversionVerdict {
        verdict::verdict(&self.proof, accepted)
    }
}

/// Converts what is in `sources`.
#[must_use]
pub fn convert(sources: &Sources, options: &ConversionOptions) -> Conversion {
    let mut diagnostics = Diagnostics::default();
    let objects = object::objects(sources, &mut diagnostics);
    let services = service::services(&objects, &options.namespace, &mut diagnostics);
    let virtual_services = istio::virtual_services(&objects, &options.namespace, &mut diagnostics);
    let rules = istio::destination_rules(&objects, &options.namespace, &mut diagnostics);
    let mut written = istio::plan(
        &services,
        &virtual_services,
        &rules,
        options,
        &mut diagnostics,
    );
    diagnostics.sort();
    let files = written.files(sources);
    Conversion {
        proof: proof::prove(sources, &files, &written.lists, options),
        files,
        diagnostics,
        objects: virtual_services.len() + rules.len(),
    }
}
