//! From the routes of older meshes to routes of the Gateway API.
//!
//! `istio` reads VirtualServices and DestinationRules and says what each entry of their lists is for and what it does;
//! [`order`] writes ordered lists as matches that are ranked, so that every request is decided as before; `route` and
//! `written` make manifests of it, `cases` test cases for these, `steps` says in which order all of it is used, and `proof` compares what was written with the lists. What can't be
//! carried over is said, with its place: see [`Conversion::diagnostics`] and [`Conversion::report`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod cases;
mod fate;
mod findings;
mod istio;
mod leaves;
mod object;
mod options;
pub mod order;
mod proof;
mod report;
mod route;
mod service;
mod steps;
mod written;

use gamma_manifest::{diagnostic::Diagnostics, source::Sources};
pub use options::{ConversionOptions, DataPlane, PrefixStyle};
pub use proof::Proof;
pub use report::{
    ConversionReport, Coverage, FindingClass, FindingRequest, FindingSource, ReportedFinding,
    UnreadField,
};
use report::{ReportInput, Subjects};
pub use written::WrittenFile;

/// What came out.
#[derive(Debug)]
pub struct Conversion {
    /// The manifests, in the order in which they are applied.
    pub files: Vec<WrittenFile>,
    /// What is not applied: test cases for the manifests, and the steps to take.
    pub beside: Vec<WrittenFile>,
    /// What is wrong with the input, and what becomes otherwise.
    pub diagnostics: Diagnostics,
    /// The same with all that is known of each, in the same order, and how much was carried over.
    pub report: ConversionReport,
    /// How many VirtualServices and DestinationRules there were.
    pub objects: usize,
    /// Whether the manifests decide as the input did; in words, why that can't be told.
    pub proof: Result<Proof, String>,
}

/// Converts what is in `sources`.
#[must_use]
pub fn convert(sources: &Sources, options: &ConversionOptions) -> Conversion {
    let mut diagnostics = Diagnostics::default();
    let objects = object::objects(sources, &mut diagnostics);
    let mut services = service::services(&objects, &options.namespace, &mut diagnostics);
    let mut virtual_services =
        istio::virtual_services(&objects, &options.namespace, &mut diagnostics);
    let mut rules = istio::destination_rules(&objects, options, &mut diagnostics);
    // What is written does not depend on the order of the input.
    services.sort_by_key(|service| (service.namespace.clone(), service.name.clone()));
    virtual_services.sort_by_key(|of| of.metadata().key());
    rules.sort_by_key(|of| of.metadata().key());
    istio::choose(&mut virtual_services, options, &mut diagnostics);
    let mut written = istio::plan(
        &services,
        &virtual_services,
        &rules,
        options,
        &mut diagnostics,
    );
    diagnostics.sort();
    let files = written.files(sources, options.data_plane);
    let proof = proof::prove(sources, &files, &written.lists, options);
    // A router that refuses what was written refuses it in the proof too, which says so.
    let cases = cases::cases(&written.routes, &files, &services, options).unwrap_or_default();
    let mut subjects = Subjects::new(&objects, &written.lists);
    for (span, service) in istio::subjects(&rules, &services, &options.cluster_domain) {
        subjects.add(&objects, span, &service);
    }
    let report = ConversionReport::new(
        &ReportInput {
            found: &diagnostics,
            sources,
            objects: &objects,
            subjects: &subjects,
            requests: &cases.requests,
            default_namespace: &options.namespace,
        },
        report::coverage(&objects, &diagnostics, sources, &options.namespace),
    );
    let fates = fate::fates(&objects, &diagnostics, options);
    let mut beside = cases.files;
    beside.push(WrittenFile {
        path: steps::FILE.into(),
        text: steps::steps(&written, &files, &fates, options),
    });
    Conversion {
        proof,
        beside,
        report,
        files,
        diagnostics,
        objects: virtual_services.len() + rules.len(),
    }
}
