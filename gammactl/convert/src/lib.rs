//! From the routes of older meshes to routes of the Gateway API.
//!
//! A front end for each API says what the entries of its lists are for and what they do: `istio` of VirtualServices and
//! DestinationRules, `smi` of TrafficSplits and HTTPRouteGroups, `linkerd` of ServiceProfiles. `draft` has what they share;
//! [`order`] writes ordered lists as matches that are ranked, so that every request is decided as before; `route` and
//! `written` make manifests of it, and `proof` compares what was written with the lists. What can't be carried over is said, with its place: see [`Conversion::diagnostics`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod draft;
mod duration;
mod hosts;
mod istio;
mod kind;
mod linkerd;
mod object;
mod options;
pub mod order;
mod proof;
mod report;
mod route;
mod service;
mod smi;
mod written;

use gamma_manifest::{diagnostic::Diagnostics, source::Sources};
pub use options::ConversionOptions;
pub use proof::Proof;
pub use smi::SmiDialect;
pub use written::WrittenFile;

/// What came out.
#[derive(Debug)]
pub struct Conversion {
    /// The manifests.
    pub files: Vec<WrittenFile>,
    /// What is wrong with the input, and what becomes otherwise.
    pub diagnostics: Diagnostics,
    /// How many objects of older APIs there were.
    pub objects: usize,
    /// Whether the manifests decide as the input did; in words, why that can't be told.
    pub proof: Result<Proof, String>,
}

/// Converts what is in `sources`.
#[must_use]
pub fn convert(sources: &Sources, options: &ConversionOptions) -> Conversion {
    let mut diagnostics = Diagnostics::default();
    let namespace = &*options.namespace;
    let objects = object::objects(sources, &mut diagnostics);
    let services = service::services(&objects, namespace, &mut diagnostics);
    let virtual_services = istio::virtual_services(&objects, options, &mut diagnostics);
    let rules = istio::destination_rules(&objects, namespace, &mut diagnostics);
    let splits = smi::traffic_splits(&objects, namespace, &mut diagnostics);
    let groups = smi::http_route_groups(&objects, namespace, &mut diagnostics);
    let profiles = linkerd::service_profiles(&objects, namespace, &mut diagnostics);
    let mut draft = draft::RouteDraft::default();
    istio::plan(&services, &virtual_services, &rules, options, &mut draft);
    let resolved = smi::Splits::new(&splits, &groups, options, &mut draft);
    let done = linkerd::plan(&services, &profiles, &resolved, options, &mut draft);
    smi::plan(&services, &resolved, &done, options, &mut draft);
    let others = smi::say_access(
        &objects,
        &groups,
        &resolved.asked(),
        namespace,
        &mut diagnostics,
    );
    let mut written = draft.finish(&mut diagnostics);
    diagnostics.sort();
    let files = written.files(sources);
    Conversion {
        proof: proof::prove(sources, &files, &written.lists, options),
        files,
        diagnostics,
        objects: virtual_services.len()
            + rules.len()
            + splits.len()
            + groups.len()
            + profiles.len()
            + others,
    }
}
