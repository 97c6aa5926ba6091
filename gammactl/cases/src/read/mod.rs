//! A case file is read into a [`Case`], with every mistake at its place.

mod expect;
mod mistakes;

use gamma_explain::request::{HeaderLine, RequestLine};
use gamma_manifest::{
    diagnostic::{Diagnostics, Hint, codes},
    source::{Span, Spanned},
    suggest::nearest,
    yaml,
    yaml::{Field, Node, ObjectReader, Report as _},
};
pub(super) use mistakes::Mistakes;
use mistakes::{parsed, parsed_by};

use super::model::{Case, CaseOptions, Exchange, Protocol};

/// A case and the manifests in the same file.
#[derive(Debug)]
pub(super) struct CaseDocuments {
    pub(super) case: Case,
    /// The whole text with the case blanked out, so that positions are those in the file; `None`
    /// if there is nothing else.
    pub(super) manifests: Option<String>,
}

/// Reads `text`, which is source number `file`: one document with the case, and any number of
/// Kubernetes objects. `None` if there is a mistake, which has been said then.
pub(super) fn read(file: u32, text: &str, diagnostics: &mut Diagnostics) -> Option<CaseDocuments> {
    let documents = yaml::parse(file, text, yaml::Dialect::Plain, diagnostics);
    let is_object = |node: &&Node| node.get("apiVersion").or(node.get("kind")).is_some();
    let (objects, cases): (Vec<&Node>, Vec<&Node>) = documents.iter().partition(is_object);
    let Some(first) = cases.first() else {
        if diagnostics.is_empty() {
            let span = Span {
                file,
                start: 0,
                end: 0,
            };
            let hint = "write `manifests:` and `requests:`";
            let message = "this file has no test case";
            Mistakes(diagnostics).refuse(&codes::NO_CASE, span, message, hint);
        }
        return None;
    };
    if let Some(second) = cases.get(1) {
        let hint = "give it a file of its own; a manifest has `apiVersion` and `kind`";
        let message = "this is a second test case in the same file";
        Mistakes(diagnostics).refuse(&codes::SEVERAL_CASES, second.span, message, hint);
    }
    let case = case(first, !objects.is_empty(), &mut Mistakes(diagnostics))?;
    if !diagnostics.is_empty() {
        return None;
    }
    let manifests = (!objects.is_empty()).then(|| blank(text, first.span));
    Some(CaseDocuments { case, manifests })
}

/// `text` with spaces in `span`.
fn blank(text: &str, span: Span) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    let blanked = text[start..end].chars().map(|c| match c {
        '\n' => "\n".into(),
        c => " ".repeat(c.len_utf8()),
    });
    [&text[..start], &blanked.collect::<String>(), &text[end..]].concat()
}

fn case(document: &Node, has_objects: bool, mistakes: &mut Mistakes<'_>) -> Option<Case> {
    let mut object = ObjectReader::open(&Field::root(document), mistakes)?;
    let schema = object.string("$schema", mistakes);
    let description = object.string("description", mistakes);
    let manifests = strings(object.list("manifests", mistakes), mistakes);
    let config = object.string("config", mistakes);
    let client_namespace = object.string("clientNamespace", mistakes);
    let options = object.take("options", mistakes);
    let options = options.and_then(|field| self::options(&field, mistakes));
    let requests = object.list("requests", mistakes);
    let requests = requests
        .iter()
        .filter_map(|field| exchange(field, mistakes))
        .collect();
    let codes = object.take("diagnostics", mistakes);
    let codes = codes.map(|field| field.spanned(strings(field.list(mistakes), mistakes)));
    for code in codes.iter().flat_map(|codes| &codes.value) {
        known_code(code, mistakes);
    }
    let span = object.span;
    object.finish(mistakes);
    let case = Case {
        schema,
        description,
        manifests,
        config,
        client_namespace,
        options: options.unwrap_or_default(),
        requests,
        diagnostics: codes,
    };
    // What was misspelt is not missing.
    if mistakes.0.is_empty() {
        complete(&case, has_objects, span, mistakes);
    }
    Some(case)
}

/// Whether there is something to test, and one thing only.
fn complete(case: &Case, has_objects: bool, span: Span, mistakes: &mut Mistakes<'_>) {
    let from_manifests = has_objects || !case.manifests.is_empty();
    if let Some(config) = &case.config {
        let code = &codes::CASE_CONTRADICTION;
        if from_manifests {
            let hint = "write one of the two: a config is what manifests become";
            let message = "`config` stands beside manifests";
            mistakes.refuse(code, config.span, message, hint);
        }
        if let Some(codes) = &case.diagnostics {
            let message = "`diagnostics` stands beside `config`";
            let hint = "remove it: only manifests give diagnostics";
            mistakes.refuse(code, codes.span, message, hint);
        }
    } else if !from_manifests {
        let message = "`manifests` is missing";
        let hint = "add `manifests: [FILE]` or `config: FILE`";
        mistakes.refuse(&codes::CASE_MISSING_FIELD, span, message, hint);
    }
    if case.requests.is_empty() && case.diagnostics.is_none() {
        let message = "there is nothing to test: `requests` is missing";
        let hint = "add `requests`, or `diagnostics: []` if there must be none";
        mistakes.refuse(&codes::CASE_MISSING_FIELD, span, message, hint);
    }
}

fn known_code(code: &Spanned<String>, mistakes: &mut Mistakes<'_>) {
    // Those of cases say nothing about manifests.
    let ids = || {
        let ids = codes::ALL.iter().map(|code| code.id);
        ids.filter(|id| !id.starts_with("G5"))
    };
    if ids().any(|id| id == code.value) {
        return;
    }
    let hint = match nearest(&code.value, ids()) {
        Some(similar) => Hint::did_you_mean(similar),
        None => "docs/diagnostics.md lists them".into(),
    };
    let message = format!("there is no diagnostic `{}`", code.value);
    mistakes.refuse(&codes::CASE_INVALID_VALUE, code.span, message, hint);
}

fn strings(fields: Vec<Field<'_>>, mistakes: &mut Mistakes<'_>) -> Vec<Spanned<String>> {
    fields
        .iter()
        .filter_map(|field| field.string(mistakes))
        .collect()
}

fn options(field: &Field<'_>, mistakes: &mut Mistakes<'_>) -> Option<CaseOptions> {
    let mut object = ObjectReader::open(field, mistakes)?;
    let is_set = |flag: Option<Spanned<bool>>| flag.is_some_and(|flag| flag.value);
    let options = CaseOptions {
        honor_hostnames: is_set(object.boolean("honorHostnames", mistakes)),
        require_reference_grants: is_set(object.boolean("requireReferenceGrants", mistakes)),
        cluster_domain: object.string("clusterDomain", mistakes),
    };
    object.finish(mistakes);
    Some(options)
}

fn exchange(field: &Field<'_>, mistakes: &mut Mistakes<'_>) -> Option<Exchange> {
    let mut object = ObjectReader::open(field, mistakes)?;
    let name = object.string("name", mistakes);
    let request = object.require("request", mistakes);
    let headers = headers(object.list("headers", mistakes), mistakes);
    let request = request.and_then(|field| {
        parsed_by(&field, mistakes, |text| {
            RequestLine::with_headers(text, &headers)
        })
    });
    let from = object.string("from", mistakes);
    let destination = object.take("destination", mistakes);
    let destination = destination.and_then(|field| {
        let address = field.string(mistakes)?.value.parse();
        if address.is_err() {
            mistakes.invalid(
                &field,
                "write an address and a port, like `10.96.0.10:80`".into(),
            );
        }
        address.ok()
    });
    let protocol = object.take("protocol", mistakes);
    let protocol = protocol.and_then(|field| protocol_named(&field, mistakes));
    let protocol = protocol.unwrap_or_default();
    let jar = object.string("jar", mistakes);
    let backend_headers = self::headers(object.list("backendHeaders", mistakes), mistakes);
    let expect = object.take("expect", mistakes);
    let expect = expect.and_then(|field| expect::expect(&field, protocol, mistakes));
    let expect = expect.unwrap_or_default();
    if let (Some(sticky), None) = (&expect.sticky, &jar) {
        let message = "`sticky` has no meaning without `jar`";
        let hint = "add `jar` to this request and to the one that begins the session";
        mistakes.refuse(&codes::CASE_CONTRADICTION, sticky.span, message, hint);
    }
    object.finish(mistakes);
    Some(Exchange {
        name,
        request: request?,
        headers,
        from,
        destination,
        protocol,
        jar,
        backend_headers,
        expect,
    })
}

fn protocol_named(field: &Field<'_>, mistakes: &mut Mistakes<'_>) -> Option<Protocol> {
    match &*field.string(mistakes)?.value {
        "http" => Some(Protocol::Http),
        "grpc" => Some(Protocol::Grpc),
        _ => {
            mistakes.invalid(field, "use `http` or `grpc`".into());
            None
        }
    }
}

fn headers(fields: Vec<Field<'_>>, mistakes: &mut Mistakes<'_>) -> Vec<HeaderLine> {
    fields
        .iter()
        .filter_map(|field| Some(parsed(field, mistakes)?.value))
        .collect()
}
