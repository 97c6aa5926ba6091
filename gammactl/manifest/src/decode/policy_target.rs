//! Reads `targetRefs` of a policy: the objects in its own namespace that it is for.

use std::collections::HashMap;

use super::{cx::Cx, scalar, text};
use crate::{
    PolicyTarget,
    diagnostic::codes,
    yaml::{Field, ObjectReader},
};

/// LocalPolicyTargetReferenceWithSectionName, or the same without sections.
pub(super) fn target_refs(
    spec: &mut ObjectReader<'_>,
    with_sections: bool,
    cx: &mut Cx<'_>,
) -> Vec<PolicyTarget> {
    let Some(field) = spec.require("targetRefs", cx) else {
        return Vec::new();
    };
    let hint = "name what the policy is for: group, kind and name";
    scalar::not_empty(&field, hint, cx);
    let items = scalar::items(&field, 16, "split the policy into several", cx);
    let targets: Vec<PolicyTarget> = items
        .iter()
        .filter_map(|field| target_ref(field, with_sections, cx))
        .collect();
    distinct(&targets, &field.path, with_sections, cx);
    targets
}

fn target_ref(field: &Field<'_>, with_sections: bool, cx: &mut Cx<'_>) -> Option<PolicyTarget> {
    let mut object = ObjectReader::open(field, cx)?;
    let span = object.span;
    let group = object.require_string("group", cx);
    let kind = object.require_string("kind", cx);
    let name = object.require_string("name", cx);
    let section_name = match with_sections {
        true => object.string("sectionName", cx),
        false => None,
    };
    let checks: [text::TextMember<'_>; 4] = [
        ("group", &group, text::group),
        ("kind", &kind, text::kind),
        ("name", &name, text::object_name),
        ("sectionName", &section_name, text::name),
    ];
    text::members(&object, &checks, cx);
    object.not_here(
        &["namespace"],
        "remove it: a policy is for objects in its own namespace",
        cx,
    );
    if with_sections {
        object.not_here(
            &["port"],
            "write `sectionName` with the name of the port",
            cx,
        );
    }
    object.finish(cx);
    Some(PolicyTarget {
        group: group?,
        kind: kind?,
        name: name?,
        section_name,
        span,
    })
}

/// "sectionName must be specified when targetRefs includes 2 or more references to the same target",
/// and "sectionName must be unique" among them.
fn distinct(targets: &[PolicyTarget], path: &str, with_sections: bool, cx: &mut Cx<'_>) {
    let mut seen: HashMap<_, Vec<Option<&str>>> = HashMap::new();
    for target in targets {
        let of = (&target.group.value, &target.kind.value, &target.name.value);
        let section = target.section_name.as_ref().map(|name| &*name.value);
        let before = seen.entry(of).or_default();
        let mixed = before
            .iter()
            .any(|other| other.is_none() != section.is_none());
        if mixed || before.contains(&section) {
            let name = &target.name.value;
            cx.refuse(
                &codes::CONTRADICTION,
                target.span,
                format!("`{path}` has {} `{name}` twice", target.kind.value),
                match with_sections {
                    true if mixed => "give each a `sectionName`, or name the object once without",
                    _ => "remove one",
                },
            );
        }
        before.push(section);
    }
}
