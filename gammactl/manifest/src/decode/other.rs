//! Reads objects of kinds that are not used: what they are about, and whether one that is used was meant.

use super::kinds;
use crate::{
    ObjectReference, OtherObject,
    diagnostic::{Diagnostic, Diagnostics, Hint, codes},
    source::{Span, Spanned},
    suggest::nearest,
    yaml::{Content, Node},
};

/// A kind that is read: its name, its API group and the version to write.
pub(super) type UsedKind = (&'static str, &'static str, &'static str);

/// The object; if its kind or group is a slip, which is said, the kind that was meant.
pub(super) fn other_object(
    used: &[UsedKind],
    group: &str,
    kind: &Spanned<String>,
    document: &Node,
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Result<OtherObject, &'static str> {
    if let Some((meant, hint)) = meant(used, group, &kind.value) {
        nearly_a_kind(group, &kind.value, kind.span, hint, diagnostics);
        return Err(meant);
    }
    Ok(OtherObject {
        group: group.into(),
        kind: kind.clone(),
        references: references(&kind.value, document, default_namespace),
    })
}

/// What was meant, and a hint, if it is a slip: a kind of the group misspelt, or the group of a kind.
fn meant(used: &[UsedKind], group: &str, kind: &str) -> Option<(&'static str, Hint)> {
    if kinds::is_real(group, kind) {
        return None;
    }
    let of_group = used.iter().filter(|(_, of, _)| *of == group);
    if let Some(similar) = nearest(kind, of_group.map(|(name, ..)| *name)) {
        return Some((similar, Hint::did_you_mean(similar)));
    }
    let (name, right, version) = used.iter().find(|(name, ..)| *name == kind)?;
    // Another API may have a kind of that name: Knative a Service, Linkerd an HTTPRoute.
    if !kinds::is_closed(group) && nearest(group, [*right]).is_none() {
        return None;
    }
    let hint = match *right {
        "" => format!("write `apiVersion: {version}`"),
        right => format!("write `apiVersion: {right}/{version}`"),
    };
    Some((name, hint.into()))
}

fn nearly_a_kind(group: &str, kind: &str, span: Span, hint: Hint, diagnostics: &mut Diagnostics) {
    let group = if group.is_empty() { "core" } else { group };
    diagnostics.push(
        Diagnostic::new(
            &codes::NEARLY_A_KIND,
            span,
            format!("kind `{kind}` of group `{group}` is not used"),
        )
        .why("the object is ignored")
        .hint(hint),
    );
}

/// Linkerd's ServiceProfile is called like the host that it is for, Consul's kinds like the Service.
const NAMED_LIKE_SERVICES: [&str; 5] = [
    "ServiceDefaults",
    "ServiceProfile",
    "ServiceResolver",
    "ServiceRouter",
    "ServiceSplitter",
];

/// What an object says that it is about, by the shapes that policies and routes of many APIs have. What
/// has another shape is about nothing, and nobody is told.
fn references(kind: &str, document: &Node, default_namespace: &str) -> Vec<ObjectReference> {
    let metadata = document.get("metadata");
    let namespace = metadata.and_then(|metadata| metadata.get("namespace")?.as_str());
    let namespace = namespace.unwrap_or(default_namespace);
    let mut found = Vec::new();
    if NAMED_LIKE_SERVICES.contains(&kind)
        && let Some(name) = metadata.and_then(|metadata| metadata.get("name"))
    {
        found.extend(host(name, namespace));
    }
    let Some(spec) = document.get("spec") else {
        return found;
    };
    let one = ["targetRef"].into_iter().filter_map(|key| spec.get(key));
    let lists = ["targetRefs", "parentRefs", "services"].into_iter();
    let listed = lists.flat_map(|key| items(spec.get(key)));
    // Kuma's policies are `to` targets.
    let to = items(spec.get("to")).filter_map(|to| to.get("targetRef"));
    found.extend(
        one.chain(listed)
            .chain(to)
            .filter_map(|r| reference(r, namespace)),
    );
    let hosts = [spec.get("host"), spec.get("service")]
        .into_iter()
        .flatten();
    found.extend(
        hosts
            .chain(items(spec.get("hosts")))
            .filter_map(|node| host(node, namespace)),
    );
    found
}

fn items(list: Option<&Node>) -> impl Iterator<Item = &Node> {
    match list.map(|list| &list.content) {
        Some(Content::Sequence(items)) => items.as_slice(),
        _ => &[],
    }
    .iter()
}

/// `{kind, name, namespace}`
fn reference(node: &Node, namespace: &str) -> Option<ObjectReference> {
    let text = |key| node.get(key).and_then(Node::as_str);
    let name = node.get("name")?;
    let kind = match text("kind") {
        None | Some("MeshService") => "Service",
        Some(kind) => kind,
    };
    // Kuma has `cart_shop_svc_80` for a port of a Service.
    let mut parts = name.as_str()?.split('_');
    let (first, of) = (parts.next()?, parts.next());
    Some(ObjectReference {
        kind: kind.into(),
        namespace: of.or_else(|| text("namespace")).unwrap_or(namespace).into(),
        name: Spanned {
            value: first.into(),
            span: name.span,
        },
    })
}

/// A Service by its name in DNS, of any length: `cart`, `cart.shop`, `cart.shop.svc.cluster.local`.
fn host(node: &Node, namespace: &str) -> Option<ObjectReference> {
    let mut labels = node.as_str()?.split('.');
    let (name, of) = (labels.next()?, labels.next());
    if labels.next().is_some_and(|label| label != "svc") {
        return None;
    }
    Some(ObjectReference {
        kind: "Service".into(),
        namespace: of.unwrap_or(namespace).into(),
        name: Spanned {
            value: name.into(),
            span: node.span,
        },
    })
}
