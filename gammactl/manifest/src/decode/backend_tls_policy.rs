//! Reads BackendTLSPolicies: how the endpoints of a Service are reached by TLS (GEP-1897).

use super::{
    cx::Cx,
    metadata, policy_target,
    scalar::{choice_of, list},
    text,
};
use crate::{
    BackendTlsPolicy, CertificateRef, SubjectAltName,
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};

pub(super) fn backend_tls_policy(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<BackendTlsPolicy> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    object.ignore(&["status"]);
    let spec = object.require("spec", cx);
    object.finish(cx);
    let mut spec = ObjectReader::open(&spec?, cx)?;
    let target_refs = policy_target::target_refs(&mut spec, true, cx);
    let options = options(&mut spec, cx);
    let validation = spec.require("validation", cx);
    spec.finish(cx);
    let mut validation = ObjectReader::open(&validation?, cx)?;
    let hostname = validation.require_string("hostname", cx);
    if let Some(hostname) = &hostname {
        host(hostname, &validation.path_to("hostname"), false, cx);
    }
    let refs = list(&mut validation, "caCertificateRefs", 8, cx);
    let ca_certificate_refs: Vec<CertificateRef> = refs
        .iter()
        .filter_map(|field| certificate_ref(field, cx))
        .collect();
    let well_known = validation.string("wellKnownCACertificates", cx);
    if let Some(set) = &well_known {
        well_known_set(set, &validation.path_to("wellKnownCACertificates"), cx);
    }
    one_source(&validation, !refs.is_empty(), well_known.is_some(), cx);
    let subject_alt_names = list(&mut validation, "subjectAltNames", 5, cx)
        .iter()
        .filter_map(|field| subject_alt_name(field, cx))
        .collect();
    validation.finish(cx);
    Some(BackendTlsPolicy {
        metadata: metadata?,
        target_refs,
        hostname: hostname?,
        ca_certificate_refs,
        well_known,
        subject_alt_names,
        options,
    })
}

/// "must specify either CACertificateRefs or WellKnownCACertificates", and "must not contain both".
fn one_source(validation: &ObjectReader<'_>, refs: bool, well_known: bool, cx: &mut Cx<'_>) {
    let path = validation.path_to("caCertificateRefs");
    match (refs, well_known) {
        (true, true) => cx.refuse(
            &codes::CONTRADICTION,
            validation.span_of("wellKnownCACertificates"),
            format!("`{path}` and `wellKnownCACertificates` are both there"),
            "remove one: certificates are trusted by the ones named, or by those of the system",
        ),
        (false, false) => cx.refuse(
            &codes::MISSING_FIELD,
            validation.span,
            format!("`{path}` is missing"),
            "name a ConfigMap with `ca.crt`, or write `wellKnownCACertificates: System`",
        ),
        _ => {}
    }
}

/// `^(System|<domain>/<name>)$`
fn well_known_set(set: &Spanned<String>, path: &str, cx: &mut Cx<'_>) {
    let is_name = |name: &str| {
        let bytes = name.as_bytes();
        let edges = matches!((bytes.first(), bytes.last()), (Some(a), Some(z))
            if a.is_ascii_alphanumeric() && z.is_ascii_alphanumeric());
        edges
            && bytes.len() <= 63
            && bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
    };
    let good = set.value == "System"
        || set
            .value
            .split_once('/')
            .is_some_and(|(domain, name)| text::is_subdomain(domain) && is_name(name));
    if !good || set.value.len() > 253 {
        cx.refuse(
            &codes::INVALID_VALUE,
            set.span,
            format!("`{path}` is {:?}", set.value),
            "write `System`, for the certificates that come with the machine",
        );
    }
}

fn certificate_ref(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<CertificateRef> {
    let mut object = ObjectReader::open(field, cx)?;
    let group = object.require_string("group", cx);
    let kind = object.require_string("kind", cx);
    let name = object.require_string("name", cx);
    let checks: [text::TextMember<'_>; 3] = [
        ("group", &group, text::group),
        ("kind", &kind, text::kind),
        ("name", &name, text::object_name),
    ];
    text::members(&object, &checks, cx);
    object.not_here(
        &["namespace"],
        "remove it: certificates are in the policy's own namespace",
        cx,
    );
    object.finish(cx);
    Some(CertificateRef {
        group: group?.value,
        kind: kind?,
        name: name?,
    })
}

fn subject_alt_name(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<SubjectAltName> {
    let mut object = ObjectReader::open(field, cx)?;
    let hostname = object.string("hostname", cx);
    let uri = object.string("uri", cx);
    if !object.has("type") {
        // The reader says that it is missing.
        object.require("type", cx);
    }
    let kind = choice_of(&mut object, "type", &["Hostname", "URI"], cx);
    if let Some(hostname) = &hostname {
        host(hostname, &object.path_to("hostname"), true, cx);
    }
    if let Some(uri) = &uri {
        let path = object.path_to("uri");
        text::length(uri, 1..=253, &path, cx);
        if !is_uri(&uri.value) {
            cx.refuse(
                &codes::INVALID_VALUE,
                uri.span,
                format!("`{path}` is {:?}", uri.value),
                "write scheme and authority: `spiffe://cluster.local/ns/shop/sa/cart`",
            );
        }
    }
    let kind = kind.map(|kind| kind.value);
    let span = object.span;
    let path = field.path.clone();
    object.finish(cx);
    let (wanted, given, other) = match kind? {
        "Hostname" => ("hostname", &hostname, ("uri", &uri)),
        _ => ("uri", &uri, ("hostname", &hostname)),
    };
    if let (name, Some(other)) = other {
        cx.refuse(
            &codes::CONTRADICTION,
            other.span,
            format!("`{path}.{name}` has no meaning for this `type`"),
            format!("write `{wanted}`, or change `type`"),
        );
    }
    let Some(given) = given else {
        cx.refuse(
            &codes::MISSING_FIELD,
            span,
            format!("`{path}.{wanted}` is missing"),
            format!("add `{wanted}`: it is what `type` says"),
        );
        return None;
    };
    Some(match wanted {
        "hostname" => SubjectAltName::Hostname(given.value.clone()),
        _ => SubjectAltName::Uri(given.value.clone()),
    })
}

/// "^(([^:/?#]+):)(//([^/?#]*))…": a scheme and an authority.
fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        !scheme.is_empty() && !scheme.contains(['/', '?', '#']) && rest.starts_with("//")
    })
}

/// A host name. The schema takes an IP address for one; what comes of that is said later.
fn host(text: &Spanned<String>, path: &str, wildcard: bool, cx: &mut Cx<'_>) {
    if text.value.parse::<std::net::Ipv4Addr>().is_err() {
        text::hostname(text, path, wildcard, cx);
    }
}

/// `spec.options`: at most 16, each a string.
fn options(spec: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Option<Span> {
    let options = spec.map("options", cx)?;
    if options.value.len() > 16 {
        cx.refuse(
            &codes::INVALID_VALUE,
            options.span,
            format!(
                "`spec.options` has {} members, 16 are allowed",
                options.value.len()
            ),
            "remove some",
        );
    }
    let mut first = None;
    for (key, field) in &options.value {
        // The API server drops a member that is null, before it looks at the others.
        if !field.node.is_null()
            && let Some(text) = field.string(cx)
        {
            text::length(&text, 0..=4096, &field.path, cx);
        }
        first.get_or_insert(key.span);
    }
    first
}
