//! From the routes of older meshes to routes of the Gateway API.
//!
//! A front end for each API says what the entries of its lists are for and what they do: `istio` of VirtualServices and
//! DestinationRules, `smi` of TrafficSplits and HTTPRouteGroups, `linkerd` of ServiceProfiles, as a [`source_list`]. `draft` has what
//! they share;
//! [`order`] writes ordered lists as matches that are ranked, so that every request is decided as before; `route` and
//! `written` make manifests of it, `cases` test cases for these, `steps` says in which order all of it is used, and `proof` compares what was written with the lists. What can't be
//! carried over is said, with its place: see [`Conversion::diagnostics`] and [`Conversion::report`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod cases;
mod draft;
mod duration;
mod fate;
mod findings;
mod hosts;
mod istio;
mod kind;
mod leaves;
mod linkerd;
mod object;
mod options;
pub mod order;
mod proof;
mod report;
mod route;
mod service;
mod shares;
mod smi;
pub mod source_list;
mod steps;
mod verdict;
mod written;

use gamma_manifest::{
    diagnostic::Diagnostics,
    source::{Sources, Span},
};
use object::SourceObject;
pub use options::{ConversionOptions, DataPlane, PrefixStyle};
pub use proof::{Proof, SaidDifference};
pub use report::{
    ConversionReport, Coverage, FindingClass, FindingRequest, FindingSource, ReportedFinding,
    UnreadField,
};
use report::{ReportInput, Subjects};
use service::SourceService;
pub use smi::SmiDialect;
pub use verdict::ConversionVerdict;
pub use written::WrittenFile;
use written::WrittenObjects;

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
    /// How many objects of older APIs there were.
    pub objects: usize,
    /// Where objects of other APIs are, such as Services, in the order of the input.
    pub others: Vec<Span>,
    /// Whether the manifests decide as the input did; in words, why that can't be told.
    pub proof: Result<Proof, String>,
}

impl Conversion {
    /// All that goes into a directory: the manifests, what is beside them, and the report.
    #[must_use]
    pub fn written(&self) -> Vec<WrittenFile> {
        let report = |path: &str, text: String| WrittenFile {
            path: path.into(),
            text,
        };
        let reports = [
            report("report.md", self.report.markdown()),
            report("convert.report.json", self.report.json()),
        ];
        let all = self.files.iter().chain(&self.beside).cloned();
        all.chain(reports).collect()
    }

    /// Whether what was written decides as `sources`, which it was made of, but for what the findings say. Findings that are
    /// accepted are those of the proof that are no longer among [`Self::diagnostics`].
    #[must_use]
    pub fn verdict(&self, sources: &Sources) -> ConversionVerdict {
        verdict::verdict(
            &self.proof,
            &self.diagnostics,
            &self.report.coverage.unread,
            sources,
        )
    }
}

/// Converts what is in `sources`.
#[must_use]
pub fn convert(sources: &Sources, options: &ConversionOptions) -> Conversion {
    let mut diagnostics = Diagnostics::default();
    let objects = object::objects(sources, &mut diagnostics);
    let Converted {
        mut written,
        services,
        subjects: of_rules,
        count,
    } = converted(&objects, options, &mut diagnostics);
    let files = written.files(sources, options.data_plane);
    let proof = proof::prove(sources, &files, &written, &diagnostics, options);
    // A router that refuses what was written refuses it in the proof too, which says so.
    let cases = cases::cases(&written.routes, &files, &services, options).unwrap_or_default();
    let mut subjects = Subjects::new(&objects, &written.lists);
    for (span, service) in of_rules {
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
    let others = objects.iter().filter(|object| !kind::is_source(object));
    Conversion {
        others: others.map(|object| object.node.span).collect(),
        proof,
        beside,
        report,
        files,
        diagnostics,
        objects: count,
    }
}

/// What objects become.
struct Converted {
    written: WrittenObjects,
    services: Vec<SourceService>,
    /// Services that DestinationRules are for, by the places of these.
    subjects: Vec<(Span, String)>,
    /// How many objects of older APIs there were.
    count: usize,
}

fn converted(
    objects: &[SourceObject],
    options: &ConversionOptions,
    diagnostics: &mut Diagnostics,
) -> Converted {
    let namespace = &*options.namespace;
    let mut services = service::services(objects, namespace, diagnostics);
    let mut virtual_services = istio::virtual_services(objects, options, diagnostics);
    let mut rules = istio::destination_rules(objects, options, diagnostics);
    let mut splits = smi::traffic_splits(objects, namespace, diagnostics);
    let groups = smi::http_route_groups(objects, namespace, diagnostics);
    let mut profiles = linkerd::service_profiles(objects, namespace, diagnostics);
    // What is written does not depend on the order of the input.
    services.sort_by_key(|service| (service.namespace.clone(), service.name.clone()));
    virtual_services.sort_by_key(|of| of.metadata().key());
    rules.sort_by_key(|of| of.metadata().key());
    splits.sort_by_key(|of| of.metadata.key());
    profiles.sort_by_key(|of| of.metadata.key());
    istio::choose(&mut virtual_services, options, diagnostics);
    let mut draft = draft::RouteDraft::default();
    istio::plan(&services, &virtual_services, &rules, options, &mut draft);
    let resolved = smi::Splits::new(&splits, &groups, options, &mut draft);
    let done = linkerd::plan(&services, &profiles, &resolved, options, &mut draft);
    smi::plan(&services, &resolved, &done, options, &mut draft);
    let asked = resolved.asked();
    let others = smi::say_access(objects, &groups, &asked, namespace, diagnostics);
    let written = draft.finish(diagnostics);
    diagnostics.sort();
    Converted {
        written,
        subjects: istio::subjects(&rules, &services, &options.cluster_domain),
        count: virtual_services.len()
            + rules.len()
            + splits.len()
            + groups.len()
            + profiles.len()
            + others,
        services,
    }
}
