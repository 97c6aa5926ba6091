//! The scalars of an object, which have to be accounted for.

use std::collections::HashSet;

use gamma_manifest::{
    source::Span,
    yaml::{Content, Field, Meaning, Node},
};

/// The scalars that were read of an object; `None` if nothing was made of it, which was said.
#[derive(Debug, Clone)]
pub(crate) struct ReadLeaves(pub(crate) Option<HashSet<Span>>);

impl Default for ReadLeaves {
    /// Something was made of it, and nothing read yet.
    fn default() -> Self {
        Self(Some(HashSet::new()))
    }
}

impl ReadLeaves {
    /// Adds all that is in `node`, if anything was made of the object.
    pub(crate) fn add(&mut self, node: &Node) {
        let whole = Field {
            node,
            path: String::new(),
        };
        if let Some(read) = &mut self.0 {
            read.extend(leaves(&whole).iter().map(|leaf| leaf.node.span));
        }
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
