//! Reads `http[].match[]` of VirtualServices.

use gamma_manifest::{
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};

use super::{
    query_param,
    string_match::{StringMatch, StringMatchKind},
};
use crate::{
    findings::Findings,
    object::{strings, texts},
};

/// In `gateways` it stands for all sidecars.
pub(super) const MESH: &str = "mesh";

/// HTTPMatchRequest: all of it must hold.
#[derive(Debug, Clone)]
pub(super) struct HttpMatchRequest {
    pub(super) uri: Option<StringMatch>,
    /// Of `uri`, where it is `exact` or `prefix`.
    pub(super) ignore_uri_case: bool,
    pub(super) scheme: Option<StringMatch>,
    pub(super) method: Option<StringMatch>,
    pub(super) authority: Option<StringMatch>,
    /// By their names as written.
    pub(super) headers: Vec<(Spanned<String>, StringMatch)>,
    pub(super) without_headers: Vec<(Spanned<String>, StringMatch)>,
    pub(super) query_params: Vec<(Spanned<String>, StringMatch)>,
    /// Of the Service.
    pub(super) port: Option<u16>,
    /// The clients' own labels.
    pub(super) source_labels: Option<Spanned<Vec<(String, String)>>>,
    pub(super) source_namespace: Option<Spanned<String>>,
    /// Whether it is for gateways only.
    pub(super) is_for_gateways: bool,
    pub(super) span: Span,
}

impl HttpMatchRequest {
    pub(super) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let mut part = |name: &'static str, findings: &mut Findings<'_>| {
            let field = object.take(name, findings)?;
            StringMatch::read(&field, findings)
        };
        let uri = part("uri", findings);
        let scheme = part("scheme", findings);
        let method = part("method", findings);
        let authority = part("authority", findings);
        let headers = named(&mut object, "headers", findings);
        let without_headers = named(&mut object, "withoutHeaders", findings);
        let query_params = named(&mut object, "queryParams", findings).into_iter();
        let query_params = query_params
            .map(|param| query_param::decoded(param, findings))
            .collect();
        for (name, value) in headers.iter().chain(&without_headers) {
            if value.kind == StringMatchKind::Prefix(String::new()) {
                let message = format!("the prefix for header `{}` is empty", name.value);
                findings.refuse(
                    &codes::INVALID_VALUE,
                    value.span,
                    message,
                    "write `{}` for any value",
                );
            }
        }
        for (name, value) in &headers {
            // "missing argument to repetition operator": only without headers it means that one is there.
            if value.kind == StringMatchKind::Regex("*".into()) {
                let message = format!("`*` for header `{}` is no regular expression", name.value);
                findings.refuse(
                    &codes::INVALID_VALUE,
                    value.span,
                    message,
                    "write `{}` for any value",
                );
            }
        }
        let ignore_uri_case = object.boolean("ignoreUriCase", findings);
        let port = object.integer("port", 0..=u16::MAX, findings);
        let source_namespace = object.string("sourceNamespace", findings);
        let labels = object.take("sourceLabels", findings);
        let source_labels = labels.map(|field| {
            let labels = strings(&field, findings).into_iter();
            let labels: Vec<(String, String)> = labels.map(|(k, v)| (k.value, v.value)).collect();
            field.spanned(labels)
        });
        let gateways = texts(&mut object, "gateways", findings);
        for name in ["name", "statPrefix"] {
            if let Some(text) = object.string(name, findings) {
                findings.say(
                    &codes::NAME_NOT_KEPT,
                    text.span,
                    format!("`{}` is a name for statistics", object.path_to(name)),
                    "matches of the Gateway API have no names; a rule's is a label of Gamma's counters",
                    "look for the name of the rule instead",
                );
            }
        }
        object.finish(findings);
        // With gateways given, where a client is is not asked.
        let clients = gateways.is_empty();
        Some(Self {
            uri,
            ignore_uri_case: ignore_uri_case.is_some_and(|ignore| ignore.value),
            scheme,
            method,
            authority,
            headers,
            without_headers,
            query_params,
            port: port.map(|port| port.value).filter(|port| *port > 0),
            source_labels: source_labels.filter(|labels| clients && !labels.value.is_empty()),
            source_namespace: source_namespace.filter(|name| clients && !name.value.is_empty()),
            is_for_gateways: !clients && !gateways.iter().any(|gateway| gateway.value == MESH),
            span: field.node.span,
        })
    }
}

/// StringMatches by names of the user's.
fn named(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    findings: &mut Findings<'_>,
) -> Vec<(Spanned<String>, StringMatch)> {
    let members = object.map(name, findings);
    let members = members.into_iter().flat_map(|members| members.value);
    members
        .filter_map(|(name, field)| Some((name, StringMatch::read(&field, findings)?)))
        .collect()
}
