//! Reads HTTPRoutes and GRPCRoutes.

use std::collections::{HashMap, HashSet};

use super::{cx::Cx, metadata, rule, scalar::list, text};
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

    let parent_refs: Vec<ParentRef> = list(&mut spec, "parentRefs", 32, cx)
        .iter()
        .filter_map(|field| parent_ref(field, cx))
        .collect();
    distinct(&parent_refs, cx);
    let hostnames = hostnames(&list(&mut spec, "hostnames", 16, cx), cx);
    let has_default = spec.take("useDefaultGateways", cx).is_some();
    if parent_refs.is_empty()
        && !has_default
        && spec.take("parentRefs", cx).is_none_or(|f| is_empty(&f))
    {
        cx.diagnostics.push(no_parent(kind, span));
    }

    let rules_span = spec.span_of("rules");
    let absent = !spec.has("rules");
    let fields = list(&mut spec, "rules", 16, cx);
    if fields.is_empty() && !absent && kind == RouteKind::HttpRoute {
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
    rule_names(&rules, cx);
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

fn is_empty(field: &Field<'_>) -> bool {
    matches!(&field.node.content, Content::Sequence(items) if items.is_empty())
}

fn no_parent(kind: RouteKind, span: Span) -> Diagnostic {
    let message = format!("the {} has no parentRefs", kind.as_str());
    Diagnostic::new(&codes::NO_PARENT, span, message)
        .why("it is attached to nothing, so it has no effect")
        .hint("name the Service that it is for: `parentRefs: [{group: \"\", kind: Service, name: …}]`")
}

fn parent_ref(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<ParentRef> {
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
        ("namespace", &namespace, text::namespace),
        ("sectionName", &section_name, text::name),
    ];
    text::members(&object, &checks, cx);
    object.finish(cx);
    Some(ParentRef {
        // The API's own examples write `core` for the group without a name.
        group: match group.as_ref().map(|group| group.value.as_str()) {
            None => GATEWAY.into(),
            Some("core") => String::new(),
            Some(group) => group.into(),
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
    })
}

/// "ParentRefs must be distinct": where they name the same object, "each ParentRef … must set the same
/// set of optional fields to different values".
fn distinct(parents: &[ParentRef], cx: &mut Cx<'_>) {
    let mut seen = HashSet::new();
    let mut fields = HashMap::new();
    for parent in parents {
        let object = (
            &parent.group,
            &parent.kind.value,
            &parent.name.value,
            parent.namespace.as_ref().map(|n| &n.value),
        );
        let section_name = parent.section_name.as_ref().map(|n| &n.value);
        let port = parent.port.as_ref().map(|p| p.value);
        let set = (section_name.is_some(), port.is_some());
        let first = *fields.entry(object).or_insert(set);
        if first != set {
            cx.refuse(
                &codes::CONTRADICTION,
                parent.span,
                format!(
                    "parentRefs to `{}` don't set the same of `port` and `sectionName`",
                    parent.name.value
                ),
                "set the same of the two in each parentRef to one object, or have only one of them",
            );
        } else if !seen.insert((object, section_name, port)) {
            cx.refuse(
                &codes::CONTRADICTION,
                parent.span,
                format!("parentRef to `{}` is there twice", parent.name.value),
                "remove one, or tell them apart with `port` or `sectionName`",
            );
        }
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

/// "Rule name must be unique within the route."
fn rule_names(rules: &[crate::model::Rule], cx: &mut Cx<'_>) {
    let mut seen = HashSet::new();
    for name in rules.iter().filter_map(|rule| rule.name.as_ref()) {
        if !seen.insert(&name.value) {
            cx.refuse(
                &codes::CONTRADICTION,
                name.span,
                format!("two rules are named `{}`", name.value),
                "give each rule a name of its own",
            );
        }
    }
}
