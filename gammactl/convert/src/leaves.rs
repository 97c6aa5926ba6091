//! The scalars of an object, which have to be accounted for.

use std::collections::HashSet;

use gamma_manifest::{
    source::Span,
    yaml::{Content, Field, Meaning, Node},
};

/// The scalars that were read of an object; `None` if nothing was made of it, which was said.
#[derive(Debug, Clone)]
pub(crate) struct ReadLeaves(pub(crate) Option<HashSet<Span>>);

impl ReadLeaves {
    /// All of `object`.
    pub(crate) fn all(object: &Node) -> Self {
        let spec = object.get("spec").map(spec_field);
        let leaves = spec.iter().flat_map(leaves);
        Self(Some(leaves.map(|leaf| leaf.node.span).collect()))
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.0.is_none()
    }
}

/// `spec` of an object.
pub(crate) fn spec_field(spec: &Node) -> Field<'_> {
    Field {
        node: spec,
        path: "spec".into(),
    }
}

/// The scalars in `field`, but for null.
pub(crate) fn leaves<'n>(field: &Field<'n>) -> Vec<Field<'n>> {
    let mut all = Vec::new();
    add(field, &mut all);
    all
}

fn add<'n>(field: &Field<'n>, all: &mut Vec<Field<'n>>) {
    match &field.node.content {
        Content::Scalar(scalar) if scalar.meaning == Meaning::Null => {}
        Content::Scalar(_) => all.push(field.clone()),
        Content::Sequence(_) => {
            let items = field.items().unwrap_or_default();
            items.iter().for_each(|item| add(item, all));
        }
        Content::Mapping(_) => {
            let members = field.map().unwrap_or_default();
            members.iter().for_each(|(_, member)| add(member, all));
        }
    }
}
