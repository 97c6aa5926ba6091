//! Reads HTTPRoutes and GRPCRoutes.

use std::{
    collections::{HashMap, HashSet},
    mem,
};

use super::{
    cx::Cx,
    metadata, rule,
    scalar::{choice_of, list},
    text,
};
use crate::{
    ParentRef, Route, RouteKind,
    diagnostic::{Diagnostic, codes},
    groups::GATEWAY,
    source::{Span, Spanned},
    yaml::{Content, Field, ObjectReader},
};

const MAX_MATCHES_PER_ROUTE: usize = 128;

pub(super) fn route(
    kind: RouteKind,
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<Route> {
    let object_span = object.span;
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    object.ignore(&["status"]);
    let spec = object.require("spec", cx);
    let spec = spec.and_then(|spec| ObjectReader::open(&spec, cx));
    object.finish(cx);
    let span = metadata.as_ref().map_or(object_span, |m| m.name.span);
    let mut spec = spec?;

    let parents: Vec<(String, ParentRef)> = list(&mut spec, "parentRefs", 32, cx)
        .iter()
        .filter_map(|field| parent_ref(field, cx))
        .collect();
    distinct(&parents, cx);
    let parent_refs: Vec<_> = parents.into_iter().map(|(_, parent)| parent).collect();
    let hostnames = hostnames(&list(&mut spec, "hostnames", 16, cx), cx);
    let has_default = spec.has("useDefaultGateways");
    choice_of(&mut spec, "useDefaultGateways", &["All", "None"], cx);
    if parent_refs.is_empty()
        && !has_default
        && spec
            .take("parentRefs", cx)
            .is_none_or(|field| field.is_empty_list())
    {
        cx.diagnostics.push(no_parent(kind, span));
    }

    let rules_span = spec.span_of("rules");
    let absent = !spec.has("rules");
    let was_refused = mem::take(&mut cx.refused);
    let fields = list(&mut spec, "rules", 16, cx);
    let is_list = !cx.refused;
    cx.refused |= was_refused;
    if fields.is_empty() && is_list && !absent && kind == RouteKind::HttpRoute {
        cx.refuse(
            &codes::INVALID_VALUE,
            rules_span,
            "`spec.rules` is empty",
            "add a rule, or leave `rules` out for one that matches everything",
        );
    }
    let mut rules: Vec<_> = fields
        .iter()
        .filter_map(|field| rule::rule(kind, field, cx))
        .collect();
    if absent && kind == RouteKind::HttpRoute {
        // "+kubebuilder:default={{matches: {{path:{type: "PathPrefix", value: "/"}}}}}"
        rules.push(rule::default_rule(spec.span));
    }
    let matches: usize = fields.iter().map(|rule| written_matches(kind, rule)).sum();
    if matches > MAX_MATCHES_PER_ROUTE {
        cx.refuse(
            &codes::INVALID_VALUE,
            rules_span,
            format!("the route has {matches} matches, {MAX_MATCHES_PER_ROUTE} are allowed"),
            "split the route into several",
        );
    }
    spec.finish(cx);
    Some(Route {
        kind,
        metadata: metadata?,
        parent_refs,
        hostnames,
        rules,
    })
}

fn no_parent(kind: RouteKind, span: Span) -> Diagnostic {
    let message = format!("the {} has no parentRefs", kind.as_str());
    Diagnostic::new(&codes::NO_PARENT, span, message)
        .why("it is attached to nothing, so it has no effect")
        .hint("name the Service that it is for: `parentRefs: [{group: \"\", kind: Service, name: …}]`")
}

/// A parentRef, and its group as it is written.
fn parent_ref(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<(String, ParentRef)> {
    let mut object = ObjectReader::open(field, cx)?;
    let span = object.span;
    let group = object.string("group", cx);
    let kind = object.string("kind", cx);
    let name = object.require_string("name", cx);
    let namespace = object.string("namespace", cx);
    let port = object.integer("port", 1..=u16::MAX, cx);
    let section_name = object.string("sectionName", cx);
    let checks: [text::TextMember<'_>; 5] = [
        ("group", &group, text::group),
        ("kind", &kind, text::kind),
        ("name", &name, text::object_name),
        ("namespace", &namespace, text::label),
        ("sectionName", &section_name, text::name),
    ];
    text::members(&object, &checks, cx);
    object.finish(cx);
    let written = group.map_or_else(|| GATEWAY.into(), |group| group.value);
    let parent = ParentRef {
        // The API's own examples write `core` for the group without a name.
        group: match &*written {
            "core" => String::new(),
            group => group.into(),
        },
        kind: kind.unwrap_or(Spanned {
            value: "Gateway".into(),
            span,
        }),
        name: name?,
        namespace,
        port,
        section_name,
        span,
    };
    Some((written, parent))
}

/// "ParentRefs must be distinct": where they name the same object, "each ParentRef … must set the same
/// set of optional fields to different values". The standard channel looks at `sectionName` alone, the
/// experimental one at `port` as well; what one of them takes is no error.
fn distinct(parents: &[(String, ParentRef)], cx: &mut Cx<'_>) {
    if Channel::Standard.conflicts(parents).is_empty() {
        return;
    }
    for (parent, hint) in Channel::Experimental.conflicts(parents) {
        let (message, hint) = match hint {
            Conflict::Fields => (
                format!(
                    "parentRefs to `{}` don't set the same of `port` and `sectionName`",
                    parent.name.value
                ),
                "set the same of the two in each parentRef to one object, or have only one of them",
            ),
            Conflict::Values => (
                format!("parentRef to `{}` is there twice", parent.name.value),
                "remove one, or tell them apart with `port` or `sectionName`",
            ),
        };
        cx.refuse(&codes::CONTRADICTION, parent.span, message, hint);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    Standard,
    Experimental,
}

enum Conflict {
    /// Others to the same object set other fields.
    Fields,
    /// Another to the same object has the same values.
    Values,
}

impl Channel {
    /// The parentRefs that this channel's CRD does not take beside those before them; each with the
    /// group as it is written.
    fn conflicts(self, parents: &[(String, ParentRef)]) -> Vec<(&ParentRef, Conflict)> {
        let mut seen = HashSet::new();
        let mut fields = HashMap::new();
        let mut conflicts = Vec::new();
        for (group, parent) in parents {
            let object = (
                group,
                &parent.kind.value,
                &parent.name.value,
                parent.namespace.as_ref().map(|n| &n.value),
            );
            let section_name = parent.section_name.as_ref().map(|n| &n.value);
            let port = parent.port.as_ref().map(|p| p.value);
            let port = port.filter(|_| self == Self::Experimental);
            let set = (section_name.is_some(), port.is_some());
            let first = *fields.entry(object).or_insert(set);
            if first != set {
                conflicts.push((parent, Conflict::Fields));
            } else if !seen.insert((object, section_name, port)) {
                conflicts.push((parent, Conflict::Values));
            }
        }
        conflicts
    }
}

/// How many matches the API server counts: it gives an HTTPRoute's rule without any the default one.
fn written_matches(kind: RouteKind, rule: &Field<'_>) -> usize {
    match rule.node.get("matches").map(|matches| &matches.content) {
        Some(Content::Sequence(matches)) => matches.len(),
        _ => usize::from(kind == RouteKind::HttpRoute),
    }
}

fn hostnames(fields: &[Field<'_>], cx: &mut Cx<'_>) -> Vec<Spanned<String>> {
    let mut hostnames = Vec::new();
    for field in fields {
        if let Some(hostname) = field.string(cx) {
            text::hostname(&hostname, &field.path, true, cx);
            hostnames.push(hostname);
        }
    }
    hostnames
}
