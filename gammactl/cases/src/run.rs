//! The tests of a case file are run here, one for each request.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use gamma_explain::{Explanation, request::Simulated};
use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, Severity, codes},
    source::{Sources, Span, Spanned},
};

use super::{
    check::check,
    find::CaseFile,
    folder::{CaseFolder, Disk},
    jar::Jar,
    model::{Case, Exchange, Protocol},
    outcome::outcomes,
    read,
    subject::{self, CaseSource, Subject},
};

/// The results of a case file.
#[derive(Debug)]
pub struct FileResult {
    /// Path of the file, as [`CaseFile::name`] has it.
    pub name: String,
    /// The file's text, which [`TestResult::findings`] point into.
    pub sources: Sources,
    /// The manifests, which [`TestResult::of_manifests`] point into.
    pub manifests: Sources,
    /// Its tests, in order. A file with mistakes has one, which fails.
    pub tests: Vec<TestResult>,
}

/// The result of a test.
#[derive(Debug)]
pub struct TestResult {
    /// Its name; no other test of the file has it.
    pub name: String,
    /// Where it is in the file, one-based.
    pub line: usize,
    /// What is not as expected.
    pub findings: Diagnostics,
    /// Diagnostics of the manifests that are not expected.
    pub of_manifests: Diagnostics,
    /// What becomes of the request.
    pub explanation: Option<Explanation>,
}

/// Name of the test that a file with mistakes has.
const THE_FILE: &str = "the case file";

impl TestResult {
    /// Whether everything is as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.findings.is_empty() && self.of_manifests.is_empty()
    }

    /// Whether it stands for a whole file that has mistakes.
    pub(super) fn is_the_file(&self) -> bool {
        self.name == THE_FILE
    }
}

/// Runs the tests of `file`. Before it reads what the file names, it says to `before_reading` what
/// that is. With the objects of a `cluster`, they are what is tested, instead of the manifests that the file
/// names.
pub fn run(
    file: &CaseFile,
    cluster: Option<&Sources>,
    mut before_reading: impl FnMut(&[PathBuf]),
) -> FileResult {
    run_from(file, cluster, &Disk, &mut before_reading)
}

/// Runs the tests of `file`, and reads what the file names from `folder` instead of a disk.
pub fn run_in(file: &CaseFile, folder: &dyn CaseFolder) -> FileResult {
    run_from(file, None, folder, &mut |_| {})
}

fn run_from(
    file: &CaseFile,
    cluster: Option<&Sources>,
    files: &dyn CaseFolder,
    before_reading: &mut dyn FnMut(&[PathBuf]),
) -> FileResult {
    let mut result = FileResult {
        name: file.name.clone(),
        sources: Sources::default(),
        manifests: Sources::default(),
        tests: Vec::new(),
    };
    let number = result.sources.add(&*file.name, &*file.text);
    let mut mistakes = Diagnostics::default();
    let loaded = read::read(number, &file.text, &mut mistakes).and_then(|read| {
        let from = CaseSource {
            file: &file.name,
            folder: &file.folder(),
            cluster,
            files,
        };
        let subject = subject::load(&read, &from, before_reading, &mut mistakes)?;
        Some((read.case, subject))
    });
    let Some((case, subject)) = loaded else {
        mistakes.sort();
        result.tests.push(TestResult {
            name: THE_FILE.into(),
            line: 1,
            findings: mistakes,
            of_manifests: Diagnostics::default(),
            explanation: None,
        });
        return result;
    };
    let line = |span: Span| result.sources.line_column(span).0;
    result.tests.extend(manifests(&case, &subject, line));
    let mut names = BTreeMap::new();
    let mut jars = BTreeMap::new();
    for exchange in &case.requests {
        let (explanation, findings) = send(exchange, &subject, &mut jars);
        let name = name(exchange);
        let number = names.entry(name.clone()).or_insert(0);
        *number += 1;
        result.tests.push(TestResult {
            name: match number {
                1 => name,
                number => format!("{name} ({number})"),
            },
            line: line(exchange.request.span),
            findings,
            of_manifests: Diagnostics::default(),
            explanation,
        });
    }
    result.manifests = subject.sources;
    result
}

/// The test of what is said about the manifests, if there is one. An error is never expected in
/// silence: the object is left out of everything that is tested.
fn manifests(case: &Case, subject: &Subject, line: impl Fn(Span) -> usize) -> Option<TestResult> {
    let expected: BTreeSet<&str> = case
        .diagnostics
        .iter()
        .flat_map(|codes| codes.value.iter().map(|code| &*code.value))
        .collect();
    let is_unexpected = |diagnostic: &Diagnostic| {
        let worst = match &case.diagnostics {
            Some(_) => Severity::Warning,
            None => Severity::Error,
        };
        diagnostic.code.severity <= worst && !expected.contains(diagnostic.code.id)
    };
    let mut unexpected = subject.diagnostics.clone();
    unexpected.retain(is_unexpected);
    let Some(codes) = &case.diagnostics else {
        return (!unexpected.is_empty()).then(|| TestResult {
            name: "manifests".into(),
            line: 1,
            findings: Diagnostics::default(),
            of_manifests: unexpected,
            explanation: None,
        });
    };
    let mut findings = Diagnostics::default();
    for code in &codes.value {
        let mut said = subject.diagnostics.iter();
        if !said.any(|diagnostic| diagnostic.code.id == code.value) {
            let message = format!("`{}` does not come", code.value);
            findings.push(Diagnostic::new(
                &codes::OTHER_DIAGNOSTICS,
                code.span,
                message,
            ));
        }
    }
    if !unexpected.is_empty() {
        let ids: BTreeSet<&str> = unexpected.iter().map(|d| d.code.id).collect();
        let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
        let message = format!("not expected: {}", ids.join(", "));
        findings.push(Diagnostic::new(
            &codes::OTHER_DIAGNOSTICS,
            codes.span,
            message,
        ));
    }
    Some(TestResult {
        name: "diagnostics".into(),
        line: line(codes.span),
        findings,
        of_manifests: unexpected,
        explanation: None,
    })
}

fn send<'c>(
    exchange: &'c Exchange,
    subject: &Subject,
    jars: &mut BTreeMap<&'c str, Jar>,
) -> (Option<Explanation>, Diagnostics) {
    let request = simulated(exchange);
    let explain = |request: &Simulated| subject.explainer.explain(request);
    let client = request.from.as_deref().unwrap_or(&subject.client_namespace);
    let asked = explain(&request).and_then(|explanation| {
        let router = subject.explainer.router(client)?;
        let outcomes = match &exchange.jar {
            None => outcomes(&explanation, &router, &request, &exchange.backend_headers),
            Some(jar) => {
                let jar = jars.entry(&jar.value).or_default();
                // A router that was built explains every request.
                jar.send(&request, |request| match explain(request) {
                    Ok(explanation) => {
                        outcomes(&explanation, &router, request, &exchange.backend_headers)
                    }
                    Err(_) => Vec::new(),
                })
            }
        };
        let findings = check(exchange, &explanation, &outcomes, &subject.names);
        Ok((explanation, findings))
    });
    match asked {
        Ok((explanation, findings)) => (Some(explanation), findings),
        // In the routes of clients in another namespace than the one that was looked at already.
        Err(error) => {
            let mut findings = Diagnostics::default();
            let span = exchange.request.span;
            findings.push(Diagnostic::new(&codes::CASE_INPUT, span, error.to_string()));
            (None, findings)
        }
    }
}

fn simulated(exchange: &Exchange) -> Simulated {
    let mut line = exchange.request.value.clone();
    let mut headers = Vec::new();
    for header in &exchange.headers {
        if header.name.eq_ignore_ascii_case("host") {
            line.authority = String::from_utf8_lossy(&header.value).into_owned();
        } else {
            headers.push(header.clone());
        }
    }
    let request = Simulated {
        headers,
        from: exchange.from.as_ref().map(|from| from.value.clone()),
        destination: exchange.destination,
        ..Simulated::new(line)
    };
    match exchange.protocol {
        Protocol::Http => request,
        Protocol::Grpc => request.into_grpc(),
    }
}

/// The name of a test that has none: what one would say to `gammactl explain`.
fn name(exchange: &Exchange) -> String {
    if let Some(Spanned { value, .. }) = &exchange.name {
        return value.clone();
    }
    let mut name = exchange.request.to_string();
    for header in &exchange.headers {
        name.push_str(&format!(" -H '{header}'"));
    }
    if let Some(from) = &exchange.from {
        name.push_str(&format!(" --from {}", from.value));
    }
    if let Some(destination) = exchange.destination {
        name.push_str(&format!(" --destination {destination}"));
    }
    name
}
