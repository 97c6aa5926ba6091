//! Members of mappings that are read or replaced before an object is decoded.

use gamma_manifest::yaml::{Content, MappingMember, Node};

/// The members of a mapping; none of anything else.
pub(super) fn members(node: &Node) -> &[MappingMember] {
    match &node.content {
        Content::Mapping(members) => members,
        _ => &[],
    }
}

/// The items of a list; none of anything else.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.content {
        Content::Sequence(items) => items,
        _ => &[],
    }
}

/// A member that is there and not null.
pub(super) fn given<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| !value.is_null())
}

/// The value of a member, to be changed.
pub(super) fn member<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    match &mut node.content {
        Content::Mapping(members) => {
            let mut members = members.iter_mut();
            members
                .find(|member| member.key == key)
                .map(|member| &mut member.value)
        }
        _ => None,
    }
}

/// Adds a member, or replaces the one of its name.
pub(super) fn insert(node: &mut Node, new: MappingMember) {
    if let Content::Mapping(members) = &mut node.content {
        members.retain(|member| member.key != new.key);
        members.push(new);
    }
}
