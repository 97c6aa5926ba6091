//! From a place in a source to the field that stands there.

use gamma_manifest::{
    source::Span,
    yaml::{Content, Node},
};

/// The path of what stands at `span` in `node`, as in `spec.http[0].match[1].uri`: of the smallest value that has all of it. Empty
/// for the object itself.
pub(super) fn path_to(node: &Node, span: Span) -> String {
    let has =
        |outer: Span| outer.file == span.file && outer.start <= span.start && span.end <= outer.end;
    let mut path = String::new();
    let mut at = node;
    loop {
        let next = match &at.content {
            Content::Mapping(members) => members
                .iter()
                .find(|member| has(member.value.span) || member.key_span == span)
                .map(|member| {
                    let dot = if path.is_empty() { "" } else { "." };
                    (format!("{dot}{}", member.key), &member.value)
                }),
            Content::Sequence(items) => items
                .iter()
                .enumerate()
                .find(|(_, item)| has(item.span))
                .map(|(number, item)| (format!("[{number}]"), item)),
            Content::Scalar(_) => None,
        };
        let Some((step, node)) = next.filter(|_| at.span != span) else {
            return path;
        };
        path.push_str(&step);
        if !has(node.span) {
            return path;
        }
        at = node;
    }
}
