//! HTTPRoute and GRPCRoute.

use std::collections::HashSet;

use super::{
    metadata,
    object::{Cx, Field, Object, string},
    rule, text,
};
use crate::{
    diagnostic::codes,
    manifest::{ParentRef, Route, RouteKind},
    source::Spanned,
};

const MAX_MATCHES_PER_ROUTE: usize = 128;

pub(super) fn route(
    kind: RouteKind,
    mut object: Object<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<Route> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    object.ignore(&["status"]);
    let spec = object.require("spec", cx);
    let spec = spec.and_then(|spec| Object::open(&spec, cx));
    object.finish(cx);
    let mut spec = spec?;

    let parent_refs: Vec<ParentRef> = spec
        .list("parentRefs", 32, cx)
        .iter()
        .filter_map(|field| parent_ref(field, cx))
        .collect();
    distinct(&parent_refs, cx);
    let hostnames = hostnames(&spec.list("hostnames", 16, cx), cx);
    spec.ignore(&["useDefaultGateways"]);

    let absent = spec.take("rules").is_none();
    let fields = spec.list("rules", 16, cx);
    if fields.is_empty() && !absent && kind == RouteKind::HttpRoute {
        cx.refuse(
            &codes::INVALID_VALUE,
            spec.span,
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
    let matches: usize = rules.iter().map(|rule| rule.matches.len()).sum();
    if matches > MAX_MATCHES_PER_ROUTE {
        cx.refuse(
            &codes::INVALID_VALUE,
            spec.span,
            format!("the route has {matches} matches, {MAX_MATCHES_PER_ROUTE} are allowed"),
            "split it over several routes",
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

fn parent_ref(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<ParentRef> {
    let mut object = Object::open(field, cx)?;
    let span = object.span;
    let group = object.string("group", cx);
    let kind = object.string("kind", cx);
    let name = object.require_string("name", cx);
    if let Some(name) = &name {
        text::name(name, &object.path_to("name"), cx);
    }
    let namespace = object.string("namespace", cx);
    let port = object.integer("port", 1..=u16::MAX, cx);
    let section_name = object.string("sectionName", cx);
    object.finish(cx);
    Some(ParentRef {
        // The API's own examples write `core` for the group without a name.
        group: match group.as_ref().map(|group| group.value.as_str()) {
            None => super::GATEWAY.into(),
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

/// "parentRefs MUST be distinct": by section or port where they name the same object.
fn distinct(parents: &[ParentRef], cx: &mut Cx<'_>) {
    let mut seen = HashSet::new();
    for parent in parents {
        let key = (
            &parent.group,
            &parent.kind.value,
            &parent.name.value,
            parent.namespace.as_ref().map(|n| &n.value),
            parent.section_name.as_ref().map(|n| &n.value),
            parent.port.as_ref().map(|p| p.value),
        );
        if !seen.insert(key) {
            cx.refuse(
                &codes::CONTRADICTION,
                parent.span,
                format!("parentRef to `{}` is there twice", parent.name.value),
                "remove one, or tell them apart with `port` or `sectionName`",
            );
        }
    }
}

fn hostnames(fields: &[Field<'_>], cx: &mut Cx<'_>) -> Vec<Spanned<String>> {
    let mut hostnames = Vec::new();
    for field in fields {
        if let Some(hostname) = string(field, cx) {
            text::hostname(&hostname, &field.path, true, cx);
            hostnames.push(hostname);
        }
    }
    hostnames
}

/// "Rule name must be unique within the route."
fn rule_names(rules: &[crate::manifest::Rule], cx: &mut Cx<'_>) {
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
