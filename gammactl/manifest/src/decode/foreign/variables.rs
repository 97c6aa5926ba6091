//! Manifests with variables like `${NAME}`, which envsubst, Flux or a pipeline fills in.

use super::recognised::Recognised;
use crate::{
    diagnostic::{Diagnostics, codes},
    source::{Source, Span},
    yaml::{self, Content, Node},
};

/// Fields of the objects that matter which can't have a `$`, so that a variable there is no text.
const FIELDS: &[&str] = &[
    "name",
    "namespace",
    "port",
    "targetPort",
    "nodePort",
    "weight",
    "kind",
];

/// Members in which anything may stand.
const FREE: &[&str] = &["annotations", "labels", "data", "stringData", "binaryData"];

/// A file whose objects can't be what they are before variables are filled in.
pub(super) fn unfilled(
    file: u32,
    source: &Source,
    is_used: fn(&str) -> bool,
) -> Option<Recognised> {
    let text = &source.text;
    if !text.contains("${") {
        return None;
    }
    let mut ignored = Diagnostics::default();
    let nodes = yaml::parse(file, text, yaml::Dialect::Kubectl, &mut ignored);
    // Between brackets, the brace of a variable ends a plain value.
    let broken = ignored.iter().find_map(|diagnostic| {
        let at = diagnostic.span?.start as usize;
        let start = text.get(..at)?.strip_suffix('$')?.len();
        let length = length(&text[start..])?;
        Some(Span {
            file,
            start: start as u32,
            end: (start + length) as u32,
        })
    });
    let used = nodes.iter().filter(|node| {
        let kind = node.get("kind").and_then(Node::as_str);
        kind.is_some_and(is_used)
    });
    let span = broken.or_else(|| used.filter_map(variable).next())?;
    let name = match &*source.name {
        "-" => "FILE",
        name => name,
    };
    Some(Recognised {
        code: &codes::TEMPLATE,
        span,
        message: "this has variables that are not filled in".into(),
        why: "nothing of this file is read",
        hint: format!("fill them in first: envsubst < {name} | gammactl check -f -"),
    })
}

/// The first value that is a variable where none can stand.
fn variable(node: &Node) -> Option<Span> {
    match &node.content {
        Content::Scalar(_) => None,
        Content::Sequence(items) => items.iter().find_map(variable),
        Content::Mapping(members) => members
            .iter()
            .filter(|member| !FREE.contains(&&*member.key))
            .find_map(|member| match &member.value.content {
                Content::Scalar(scalar) if FIELDS.contains(&&*member.key) => {
                    let at = scalar.text.find("${")?;
                    length(&scalar.text[at..]).map(|_| member.value.span)
                }
                _ => variable(&member.value),
            }),
    }
}

/// The length of `${NAME}` or `${NAME:=default}` at the start of a text.
fn length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("${")?;
    let inner = &inner[..inner.find('}')?];
    let name = inner.split([':', '-', '=']).next()?;
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_name = begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(inner.len() + 3)
}
