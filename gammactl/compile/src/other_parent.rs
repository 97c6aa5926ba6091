//! Says what a parentRef names that is no Service, and what was perhaps meant.

use gamma_manifest::{
    MULTICLUSTER, ParentRef, Route, ServiceKind,
    diagnostic::{Diagnostic, Hint, codes},
    suggest::nearest,
};

use super::index::Index;

/// A parentRef says `Gateway` by saying nothing, which is easy to forget where a Service is meant.
fn gateway_by_default(route: &Route, parent: &ParentRef, index: &Index<'_>) -> Option<Diagnostic> {
    let name = &*parent.name.value;
    let namespace = parent.namespace.as_ref();
    let namespace = namespace.map_or(&*route.metadata.namespace, |n| &*n.value);
    if parent.kind.span != parent.span {
        return None;
    }
    let (message, hint) = if parent.group.is_empty() || parent.group == "v1" {
        (
            format!("parentRef `{name}` has no `kind`, so it is a Gateway of the core group"),
            "write `group: \"\"` and `kind: Service`",
        )
    } else {
        let is_service = |parent: &ParentRef| parent.kind.value.starts_with("Service");
        let service = index.service(ServiceKind::Service, namespace, name)?;
        if index.has_gateway(namespace, name)
            || !service.is_frontend()
            || route.parent_refs.iter().any(is_service)
        {
            return None;
        }
        (
            format!(
                "parentRef `{name}` has no `kind`, so it is a Gateway; there is a Service of that name"
            ),
            "for the Service, write `group: \"\"` and `kind: Service`; for a Gateway, write `kind: Gateway`",
        )
    };
    let found = Diagnostic::new(&codes::WRONG_PARENT_GROUP, parent.span, message);
    Some(
        found
            .why(format!(
                "the route has no effect on the Service `{namespace}/{name}`"
            ))
            .hint(hint),
    )
}

/// What is to be said of a parentRef that names no Service.
pub(super) fn finding(route: &Route, parent: &ParentRef, index: &Index<'_>) -> Diagnostic {
    if let Some(found) = gateway_by_default(route, parent, index) {
        return found;
    }
    let (kind, name) = (&parent.kind.value, &parent.name.value);
    // The API's default group is the Gateway's, which is easy to forget for a Service.
    let group = match kind.as_str() {
        "Service" => Some("a Service is in the core group: write `group: \"\"`".into()),
        "ServiceImport" => Some(format!("write `group: {MULTICLUSTER}`")),
        _ => None,
    };
    if let Some(hint) = group {
        return Diagnostic::new(
            &codes::WRONG_PARENT_GROUP,
            parent.span,
            match &*parent.group {
                "" => format!("parentRef is a {kind} `{name}` of the core group"),
                group => format!("parentRef is a {kind} `{name}` of group `{group}`"),
            },
        )
        .why(format!(
            "there is no such kind, so the route has no effect on the {kind}"
        ))
        .hint(hint);
    }
    if let Some(similar) = nearest(kind, ["Service", "ServiceImport", "Gateway"]) {
        return Diagnostic::new(
            &codes::NEARLY_A_KIND,
            parent.kind.span,
            format!("parentRef is the {kind} `{name}`"),
        )
        .why("hardly any controller knows that kind, so the route has no effect")
        .hint(match similar {
            "Service" if !parent.group.is_empty() => {
                "did you mean `kind: Service`, with `group: \"\"`?".into()
            }
            "ServiceImport" if parent.group != MULTICLUSTER => {
                format!("did you mean `kind: ServiceImport`, with `group: {MULTICLUSTER}`?").into()
            }
            _ => Hint::did_you_mean(similar),
        });
    }
    Diagnostic::new(
        &codes::OTHER_PARENT,
        parent.kind.span,
        format!("parentRef is the {kind} `{name}`, not a Service"),
    )
    .why("the route config is about traffic to Services; this parent is left out of it")
    .hint("nothing to do: that parent's own controller serves it")
}
