//! All that a conversion says, for people and for tools: each finding with its class, its place, the Services and the requests that
//! it is about.

use gamma_manifest::{
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
    source::{Sources, Span},
    yaml::Node,
};

use super::{
    Subjects, class::FindingClass, coverage::Coverage, object_path::path_to, subjects::object_at,
};
use crate::{cases::CaseRequest, object::SourceObject};

/// Requests that are shown for one finding.
const REQUESTS: usize = 3;

/// What became of a source.
#[derive(Debug)]
pub struct ConversionReport {
    /// In the order of [`Conversion::diagnostics`](crate::Conversion::diagnostics).
    pub findings: Vec<ReportedFinding>,
    /// How much was carried over.
    pub coverage: Coverage,
}

/// A finding.
#[derive(Debug)]
pub struct ReportedFinding {
    /// What kind it is.
    pub code: &'static Code,
    /// What it means for requests.
    pub class: FindingClass,
    /// Where it is; `None` if it is about no place alone.
    pub source: Option<FindingSource>,
    /// What is lost.
    pub message: String,
    /// Why, and what becomes of it.
    pub why: Option<String>,
    /// What to do instead.
    pub instead: Option<String>,
    /// Full names of the Services whose clients may see it.
    pub services: Vec<String>,
    /// Some of the requests that it is about, if they are decided or answered otherwise.
    pub requests: Vec<FindingRequest>,
    /// Whether the user has agreed to it.
    pub accepted: bool,
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSource {
    /// As it was named.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// Kind, namespace and name of the object; `None` outside of any.
    pub object: Option<String>,
    /// Path of the field in the object.
    pub field: String,
    /// The field as it is written, if that is a line at most.
    pub written: Option<String>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRequest {
    /// As a command.
    pub curl: String,
    /// The namespace that it is sent in; `None` for any that nothing is said about.
    pub from: Option<String>,
    /// What becomes of it by what was written.
    pub now: Option<String>,
}

/// What a report is made of.
pub(crate) struct ReportInput<'i> {
    pub(crate) found: &'i Diagnostics,
    pub(crate) sources: &'i Sources,
    pub(crate) objects: &'i [SourceObject],
    pub(crate) subjects: &'i Subjects,
    pub(crate) requests: &'i [CaseRequest],
    pub(crate) default_namespace: &'i str,
}

impl ConversionReport {
    pub(crate) fn new(input: &ReportInput<'_>, coverage: Coverage) -> Self {
        // The requests of each object with the paths of their matches, in the order of their places.
        let mut asked: Vec<(usize, String, &CaseRequest)> = Vec::new();
        for request in input.requests {
            if let Some(object) = object_at(input.objects, request.span) {
                let path = path_to(&input.objects[object].node, request.span);
                asked.push((object, path, request));
            }
        }
        asked.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let findings = input.found.iter();
        Self {
            findings: findings
                .map(|finding| reported(finding, input, &asked))
                .collect(),
            coverage,
        }
    }

    /// The findings by the names of files and their places there, in whatever order the files were read.
    pub(super) fn by_place(&self) -> Vec<&ReportedFinding> {
        let mut findings: Vec<&ReportedFinding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| {
            let source = finding.source.as_ref();
            let place = source.map(|of| (&*of.file, of.line, of.column));
            (place, finding.code.id, &*finding.message)
        });
        findings
    }

    /// Marks what `is_accepted` says the user has agreed to, in the order of the findings.
    pub fn accept(&mut self, is_accepted: impl IntoIterator<Item = bool>) {
        for (finding, accepted) in self.findings.iter_mut().zip(is_accepted) {
            finding.accepted = accepted;
        }
    }
}

fn reported(
    finding: &Diagnostic,
    input: &ReportInput<'_>,
    asked: &[(usize, String, &CaseRequest)],
) -> ReportedFinding {
    let object = finding.span.and_then(|span| object_at(input.objects, span));
    let node = object.map(|object| &input.objects[object].node);
    let field = finding
        .span
        .zip(node)
        .map(|(span, node)| path_to(node, span));
    let services = object.map_or_else(Vec::new, |object| input.subjects.of(object));
    let class = FindingClass::of(finding.code);
    let mut requests = Vec::new();
    if finding.code == &codes::PREFIX_OF_ELEMENTS {
        requests.extend(beside_prefix(finding, input.sources, &services));
    } else if let (Some(object), Some(field)) = (object, &field)
        && matches!(
            class,
            FindingClass::GoesElsewhere | FindingClass::AnsweredOtherwise
        )
    {
        let of_object = asked.iter().filter(|(of, ..)| *of == object);
        let about = of_object.filter(|(_, path, _)| is_about(field, path));
        requests.extend(about.take(REQUESTS).map(|(.., request)| FindingRequest {
            curl: request.curl.clone(),
            from: request.from.clone(),
            now: Some(request.now.clone()),
        }));
    }
    ReportedFinding {
        code: finding.code,
        class,
        source: finding.span.map(|span| {
            let (line, column) = input.sources.line_column(span);
            let object = object.map(|object| &input.objects[object]);
            FindingSource {
                file: input.sources.of(span).name.clone(),
                line,
                column,
                object: object.map(|object| object.title(input.default_namespace)),
                field: field.unwrap_or_default(),
                written: written(span, input.sources, node),
            }
        }),
        message: finding.message.clone(),
        why: finding.why.clone(),
        instead: finding.hint.clone(),
        services,
        requests,
        accepted: false,
    }
}

/// Whether a finding about `field` is about the requests of the match at `path`: it is about the match, or about all of its rule.
fn is_about(field: &str, path: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    // `spec.http[0].match[1]` is of the rule `spec.http[0]`.
    let rule = path.find(']').map_or(path, |end| &path[..=end]);
    let of_match = format!("{rule}.match");
    within(path, field) || within(field, path) || (within(field, rule) && !within(field, &of_match))
}

/// A request that begins with the prefix at the finding, and goes on in the same element.
fn beside_prefix(
    finding: &Diagnostic,
    sources: &Sources,
    services: &[String],
) -> Option<FindingRequest> {
    let (namespace, name) = services.first()?.split_once('/')?;
    let written = text(finding.span?, sources)?;
    let prefix = written.trim_matches(['"', '\'']);
    Some(FindingRequest {
        curl: format!("curl http://{name}.{namespace}{prefix}x"),
        from: None,
        now: None,
    })
}

/// The field as written, if it is short.
fn written(span: Span, sources: &Sources, node: Option<&Node>) -> Option<String> {
    if node.is_some_and(|node| node.span == span) {
        return None;
    }
    let text = text(span, sources)?.trim();
    (!text.is_empty() && !text.contains('\n') && text.len() <= 120).then(|| text.to_owned())
}

fn text(span: Span, sources: &Sources) -> Option<&str> {
    sources
        .of(span)
        .text
        .get(span.start as usize..span.end as usize)
}
