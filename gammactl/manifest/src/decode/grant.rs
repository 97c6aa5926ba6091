//! Reads ReferenceGrants.

use super::{
    cx::Cx,
    metadata,
    scalar::{items, not_empty},
    text,
};
use crate::{
    ReferenceGrant,
    yaml::{Field, ObjectReader},
};

pub(super) fn reference_grant(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<ReferenceGrant> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    object.ignore(&["status"]);
    let spec = object.require("spec", cx);
    let spec = spec.and_then(|f| ObjectReader::open(&f, cx));
    object.finish(cx);
    let mut spec = spec?;
    let (sources, targets) = (
        required_list(&mut spec, "from", cx),
        required_list(&mut spec, "to", cx),
    );
    let mut from = Vec::new();
    for field in sources {
        let mut entry = ObjectReader::open(&field, cx)?;
        let group = entry.require_string("group", cx);
        let kind = entry.require_string("kind", cx);
        let namespace = entry.require_string("namespace", cx);
        let checks: [text::TextMember<'_>; 3] = [
            ("group", &group, text::group),
            ("kind", &kind, text::kind),
            ("namespace", &namespace, text::label),
        ];
        text::members(&entry, &checks, cx);
        entry.finish(cx);
        if let (Some(group), Some(kind), Some(namespace)) = (group, kind, namespace) {
            from.push((group.value, kind.value, namespace.value));
        }
    }
    let mut to = Vec::new();
    for field in targets {
        let mut entry = ObjectReader::open(&field, cx)?;
        let group = entry.require_string("group", cx);
        let kind = entry.require_string("kind", cx);
        let name = entry.string("name", cx);
        let checks: [text::TextMember<'_>; 3] = [
            ("group", &group, text::group),
            ("kind", &kind, text::kind),
            ("name", &name, text::object_name),
        ];
        text::members(&entry, &checks, cx);
        entry.finish(cx);
        if let (Some(group), Some(kind)) = (group, kind) {
            to.push((group.value, kind.value, name.map(|name| name.value)));
        }
    }
    spec.finish(cx);
    Some(ReferenceGrant {
        metadata: metadata?,
        from,
        to,
    })
}

/// `from` or `to` of a ReferenceGrant.
fn required_list<'n>(
    spec: &mut ObjectReader<'n>,
    name: &'static str,
    cx: &mut Cx<'_>,
) -> Vec<Field<'n>> {
    let Some(field) = spec.require(name, cx) else {
        return Vec::new();
    };
    let hint = "name what may refer, and what to: a grant without either allows nothing";
    not_empty(&field, hint, cx);
    items(&field, 16, "remove some", cx)
}
