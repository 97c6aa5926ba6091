//! From parser events to a tree, within limits: an alias bomb or a thousand brackets give an error,
//! not a hang or an overflow of the stack.

use std::collections::HashMap;

use saphyr_parser::{Event, ScalarStyle};

use super::{Entry, Node, Value};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

/// No manifest nests as deep.
const MAX_DEPTH: usize = 64;
/// Nodes per document, aliased ones counted as often as they are used.
const MAX_NODES: usize = 1_000_000;

type Result<T> = std::result::Result<T, Spanned<String>>;

pub(super) struct Builder<'d> {
    diagnostics: &'d mut Diagnostics,
    open: Vec<Open>,
    /// Anchored nodes and their sizes.
    anchors: HashMap<usize, (Node, usize)>,
    root: Option<Node>,
    nodes: usize,
}

/// A collection whose end has not come yet.
struct Open {
    start: Span,
    anchor: usize,
    nodes_before: usize,
    collection: Collection,
}

enum Collection {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        /// A key whose value has not come yet.
        key: Option<Spanned<String>>,
        /// Values of `<<`. What the mapping says itself, before or after, counts more.
        merges: Vec<Node>,
    },
}

impl<'d> Builder<'d> {
    pub(super) fn new(diagnostics: &'d mut Diagnostics) -> Self {
        Self {
            diagnostics,
            open: Vec::new(),
            anchors: HashMap::new(),
            root: None,
            nodes: 0,
        }
    }

    /// The document, `None` if there was nothing in it.
    pub(super) fn finish(self) -> Option<Node> {
        self.root
    }

    pub(super) fn event(&mut self, event: Event<'_>, span: Span) -> Result<()> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = Value::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                };
                self.count(1, span)?;
                self.complete(Node { span, value }, anchor, 1)
            }
            Event::SequenceStart(anchor, _) => {
                self.begin(span, anchor, Collection::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, _) => {
                let collection = Collection::Mapping {
                    entries: Vec::new(),
                    key: None,
                    merges: Vec::new(),
                };
                self.begin(span, anchor, collection)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(error(
                        span,
                        "the alias names an anchor that is not complete",
                    ));
                };
                self.count(size, span)?;
                self.complete(node, 0, size)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, start: Span, anchor: usize, collection: Collection) -> Result<()> {
        if self.open.len() >= MAX_DEPTH {
            return Err(error(start, "nested too deeply"));
        }
        self.open.push(Open {
            start,
            anchor,
            nodes_before: self.nodes,
            collection,
        });
        self.count(1, start)
    }

    fn end(&mut self, end: Span) -> Result<()> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.collection {
            Collection::Sequence(items) => Value::Sequence(items),
            Collection::Mapping {
                mut entries,
                merges,
                ..
            } => {
                for source in merges {
                    merge(&mut entries, source)?;
                }
                Value::Mapping(entries)
            }
        };
        let span = Span {
            end: end.end.max(open.start.end),
            ..open.start
        };
        let size = self.nodes - open.nodes_before;
        self.complete(Node { span, value }, open.anchor, size)
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<()> {
        self.nodes += nodes;
        match self.nodes > MAX_NODES {
            true => Err(error(span, "too large once its aliases are followed")),
            false => Ok(()),
        }
    }

    /// Puts a finished node where it belongs.
    fn complete(&mut self, node: Node, anchor: usize, size: usize) -> Result<()> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.collection) {
            None => self.root = Some(node),
            Some(Collection::Sequence(items)) => items.push(node),
            Some(Collection::Mapping {
                entries,
                key,
                merges,
            }) => match key.take() {
                None => {
                    let Value::Scalar { text, .. } = node.value else {
                        return Err(error(node.span, "a key must be a scalar"));
                    };
                    *key = Some(Spanned {
                        value: text,
                        span: node.span,
                    });
                }
                Some(key) if key.value == "<<" => merges.push(node),
                Some(key) => insert(entries, key, node, self.diagnostics),
            },
        }
        Ok(())
    }
}

fn insert(
    entries: &mut Vec<Entry>,
    key: Spanned<String>,
    value: Node,
    diagnostics: &mut Diagnostics,
) {
    if entries.iter().any(|entry| entry.key == key.value) {
        diagnostics.push(
            Diagnostic::new(
                &codes::DUPLICATE_KEY,
                key.span,
                format!("key `{}` appears twice", key.value),
            )
            .why("which of the two counts depends on the tool that reads it")
            .hint("remove one of them"),
        );
        return;
    }
    entries.push(Entry {
        key: key.value,
        key_span: key.span,
        value,
    });
}

/// `<<: *anchor`: members that the mapping does not have itself.
fn merge(entries: &mut Vec<Entry>, value: Node) -> Result<()> {
    let sources = match value.value {
        Value::Sequence(items) => items,
        _ => vec![value],
    };
    for source in sources {
        let Value::Mapping(members) = source.value else {
            return Err(error(source.span, "`<<` can merge mappings only"));
        };
        for member in members {
            if !entries.iter().any(|entry| entry.key == member.key) {
                entries.push(member);
            }
        }
    }
    Ok(())
}

fn error(span: Span, message: &str) -> Spanned<String> {
    Spanned {
        value: message.into(),
        span,
    }
}
