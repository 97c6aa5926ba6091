//! YAML → [`Case`], with every mistake at its place.

mod expect;
mod object;

pub(super) use object::refuse;
use object::{Field, Object, invalid, items, parsed, string};

use gamma_explain::request::HeaderLine;
use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    source::{Span, Spanned},
    suggest::nearest,
    yaml::{self, Node},
};

use super::model::{Case, Exchange, Options, Protocol};

/// A case and the manifests in the same file.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) case: Case,
    /// The whole text with the case blanked out, so that positions are those in the file; `None`
    /// if there is nothing else.
    pub(super) manifests: Option<String>,
}

/// Reads `text`, which is source number `file`: one document with the case, and any number of
/// Kubernetes objects. `None` if there is a mistake, which has been said then.
pub(super) fn read(file: u32, text: &str, diagnostics: &mut Diagnostics) -> Option<Read> {
    let documents = yaml::parse(file, text, diagnostics);
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
            refuse(&codes::NO_CASE, span, message, hint, diagnostics);
        }
        return None;
    };
    if let Some(second) = cases.get(1) {
        let hint = "give it a file of its own; a manifest has `apiVersion` and `kind`";
        let message = "this is a second test case in the same file";
        refuse(
            &codes::SEVERAL_CASES,
            second.span,
            message,
            hint,
            diagnostics,
        );
    }
    let case = case(first, !objects.is_empty(), diagnostics)?;
    if !diagnostics.is_empty() {
        return None;
    }
    let manifests = (!objects.is_empty()).then(|| blank(text, first.span));
    Some(Read { case, manifests })
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

fn case(document: &Node, has_objects: bool, diagnostics: &mut Diagnostics) -> Option<Case> {
    let mut object = Object::open(&Field::root(document), diagnostics)?;
    let schema = object.string("$schema", diagnostics);
    let description = object.string("description", diagnostics);
    let manifests = strings(object.list("manifests", diagnostics), diagnostics);
    let config = object.string("config", diagnostics);
    let client_namespace = object.string("clientNamespace", diagnostics);
    let options = object.take("options", diagnostics);
    let options = options.and_then(|field| self::options(&field, diagnostics));
    let requests = object.list("requests", diagnostics);
    let requests = requests
        .iter()
        .filter_map(|field| exchange(field, diagnostics))
        .collect();
    let codes = object.take("diagnostics", diagnostics);
    let codes = codes.map(|field| field.spanned(strings(items(&field, diagnostics), diagnostics)));
    for code in codes.iter().flat_map(|codes| &codes.value) {
        known_code(code, diagnostics);
    }
    let span = object.span;
    object.finish(diagnostics);
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
    if diagnostics.is_empty() {
        complete(&case, has_objects, span, diagnostics);
    }
    Some(case)
}

/// Whether there is something to test, and one thing only.
fn complete(case: &Case, has_objects: bool, span: Span, diagnostics: &mut Diagnostics) {
    let from_manifests = has_objects || !case.manifests.is_empty();
    if let Some(config) = &case.config {
        let code = &codes::CASE_CONTRADICTION;
        if from_manifests {
            let hint = "write one of the two: a config is what manifests become";
            let message = "`config` stands beside manifests";
            refuse(code, config.span, message, hint, diagnostics);
        }
        if let Some(codes) = &case.diagnostics {
            let message = "`diagnostics` stands beside `config`";
            let hint = "remove it: only manifests give diagnostics";
            refuse(code, codes.span, message, hint, diagnostics);
        }
    } else if !from_manifests {
        let message = "`manifests` is missing";
        let hint = "add `manifests: [FILE]` or `config: FILE`";
        refuse(&codes::CASE_MISSING_FIELD, span, message, hint, diagnostics);
    }
    if case.requests.is_empty() && case.diagnostics.is_none() {
        let message = "there is nothing to test: `requests` is missing";
        let hint = "add `requests`, or `diagnostics: []` if there must be none";
        refuse(&codes::CASE_MISSING_FIELD, span, message, hint, diagnostics);
    }
}

fn known_code(code: &Spanned<String>, diagnostics: &mut Diagnostics) {
    // Those of cases say nothing about manifests.
    let ids = || {
        let ids = codes::ALL.iter().map(|code| code.id);
        ids.filter(|id| !id.starts_with("G5"))
    };
    if ids().any(|id| id == code.value) {
        return;
    }
    let hint = match nearest(&code.value, ids()) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "docs/diagnostics.md lists them".into(),
    };
    let message = format!("there is no diagnostic `{}`", code.value);
    refuse(
        &codes::CASE_INVALID_VALUE,
        code.span,
        message,
        hint,
        diagnostics,
    );
}

fn strings(fields: Vec<Field<'_>>, diagnostics: &mut Diagnostics) -> Vec<Spanned<String>> {
    fields
        .iter()
        .filter_map(|field| string(field, diagnostics))
        .collect()
}

fn options(field: &Field<'_>, diagnostics: &mut Diagnostics) -> Option<Options> {
    let mut object = Object::open(field, diagnostics)?;
    let is_set = |flag: Option<Spanned<bool>>| flag.is_some_and(|flag| flag.value);
    let options = Options {
        honor_hostnames: is_set(object.boolean("honorHostnames", diagnostics)),
        require_reference_grants: is_set(object.boolean("requireReferenceGrants", diagnostics)),
        cluster_domain: object.string("clusterDomain", diagnostics),
    };
    object.finish(diagnostics);
    Some(options)
}

fn exchange(field: &Field<'_>, diagnostics: &mut Diagnostics) -> Option<Exchange> {
    let mut object = Object::open(field, diagnostics)?;
    let name = object.string("name", diagnostics);
    let request = object.require("request", diagnostics);
    let request = request.and_then(|field| parsed(&field, diagnostics));
    let headers = headers(object.list("headers", diagnostics), diagnostics);
    let from = object.string("from", diagnostics);
    let destination = object.take("destination", diagnostics);
    let destination = destination.and_then(|field| {
        let address = string(&field, diagnostics)?.value.parse();
        if address.is_err() {
            invalid(
                &field,
                "write an address and a port, like `10.96.0.10:80`",
                diagnostics,
            );
        }
        address.ok()
    });
    let protocol = object.take("protocol", diagnostics);
    let protocol = protocol.and_then(|field| protocol_named(&field, diagnostics));
    let protocol = protocol.unwrap_or_default();
    let jar = object.string("jar", diagnostics);
    let backend_headers = self::headers(object.list("backendHeaders", diagnostics), diagnostics);
    let expect = object.take("expect", diagnostics);
    let expect = expect.and_then(|field| expect::expect(&field, protocol, diagnostics));
    let expect = expect.unwrap_or_default();
    if let (Some(sticky), None) = (&expect.sticky, &jar) {
        let message = "`sticky` has no meaning without `jar`";
        let hint = "add `jar` to this request and to the one that begins the session";
        refuse(
            &codes::CASE_CONTRADICTION,
            sticky.span,
            message,
            hint,
            diagnostics,
        );
    }
    object.finish(diagnostics);
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

fn protocol_named(field: &Field<'_>, diagnostics: &mut Diagnostics) -> Option<Protocol> {
    match &*string(field, diagnostics)?.value {
        "http" => Some(Protocol::Http),
        "grpc" => Some(Protocol::Grpc),
        _ => {
            invalid(field, "use `http` or `grpc`", diagnostics);
            None
        }
    }
}

fn headers(fields: Vec<Field<'_>>, diagnostics: &mut Diagnostics) -> Vec<HeaderLine> {
    fields
        .iter()
        .filter_map(|field| Some(parsed(field, diagnostics)?.value))
        .collect()
}
