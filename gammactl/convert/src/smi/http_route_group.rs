//! Reads HTTPRouteGroups.

use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};
use gamma_pattern::Dfa;

use crate::{
    findings::Findings,
    kind::{OpenObject, SourceKind, read_kind},
    object::{SourceMetadata, SourceObject, strings, texts},
};

const HTTP_ROUTE_GROUP: SourceKind = SourceKind {
    group: "specs.smi-spec.io",
    versions: &["v1alpha4", "v1alpha3", "v1alpha2", "v1alpha1"],
    kind: "HTTPRouteGroup",
};

/// An HTTPRouteGroup: requests by names, which other objects ask for.
#[derive(Debug, Clone)]
pub(crate) struct HttpRouteGroup {
    pub(crate) metadata: SourceMetadata,
    pub(super) matches: Vec<RouteMatch>,
}

/// Requests: all of it must hold.
#[derive(Debug, Clone)]
pub(super) struct RouteMatch {
    pub(super) name: Option<String>,
    /// What the path begins with.
    pub(super) path_regex: Option<String>,
    /// Any of them; empty is every method.
    pub(super) methods: Vec<Spanned<String>>,
    /// Names in lower case, and a regular expression for the whole value.
    pub(super) headers: Vec<(String, String)>,
    pub(super) span: Span,
}

/// The HTTPRouteGroups among `objects`.
pub(crate) fn http_route_groups(
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<HttpRouteGroup> {
    read_kind(
        &HTTP_ROUTE_GROUP,
        objects,
        default_namespace,
        diagnostics,
        read,
    )
}

/// Until v1alpha2, `matches` was a member of the object itself.
fn read(opened: OpenObject<'_>, findings: &mut Findings<'_>) -> Option<HttpRouteGroup> {
    let metadata = opened.metadata.clone();
    let mut holder = match opened.version {
        "v1alpha1" | "v1alpha2" => opened.object,
        _ => opened.spec(findings)?,
    };
    let fields = holder.list("matches", findings);
    holder.finish(findings);
    let matches = fields.iter();
    Some(HttpRouteGroup {
        metadata,
        matches: matches
            .filter_map(|field| RouteMatch::read(field, findings))
            .collect(),
    })
}

impl RouteMatch {
    fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let name = object.string("name", findings);
        let path = object.string("pathRegex", findings);
        let path = path.filter(|path| !path.value.is_empty());
        if let Some(path) = &path {
            usable(path, findings);
        }
        let methods = texts(&mut object, "methods", findings);
        let headers = object.take("headers", findings);
        let headers = headers
            .map(|field| headers_of(&field, findings))
            .unwrap_or_default();
        object.finish(findings);
        let headers = headers.into_iter().map(|(name, value)| {
            usable(&value, findings);
            (name.value.to_ascii_lowercase(), value.value)
        });
        Some(Self {
            headers: headers.collect(),
            name: name.map(|name| name.value),
            path_regex: path.map(|path| path.value),
            methods,
            span: field.node.span,
        })
    }
}

/// The documentation has a mapping, and the definition of the resource a list of mappings.
fn headers_of(
    field: &Field<'_>,
    findings: &mut Findings<'_>,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    match field.items() {
        Some(items) => items
            .iter()
            .flat_map(|item| strings(item, findings))
            .collect(),
        None => strings(field, findings),
    }
}

fn usable(pattern: &Spanned<String>, findings: &mut Findings<'_>) {
    if let Err(error) = Dfa::of(&pattern.value) {
        let message = format!(
            "`{}` can't be used as a regular expression: {error}",
            pattern.value
        );
        let hint = "write it in RE2's syntax, shorter if it is too large";
        findings.refuse(&codes::INVALID_VALUE, pattern.span, message, hint);
    }
}
