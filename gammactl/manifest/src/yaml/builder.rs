//! Builds a tree from the events of a YAML or JSON parser, within limits: an alias bomb or a thousand
//! brackets give an error, not a hang or an overflow of the stack.

use std::{borrow::Cow, collections::HashMap};

use saphyr_parser::{Event, ScalarStyle, Tag};

use super::{
    node::{Content, MappingMember, Node},
    scalar::{Meaning, Scalar, ScalarError},
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

/// No manifest nests as deep.
const MAX_DEPTH: usize = 64;
/// Nodes per document, aliased ones counted as often as they are used.
const MAX_NODES: usize = 1_000_000;

/// The error says what is wrong, and where.
pub(super) type BuildResult<T> = Result<T, Spanned<String>>;

pub(super) struct TreeBuilder<'d> {
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
        members: Vec<MappingMember>,
        /// A key whose value has not come yet.
        key: Option<MappingKey>,
        /// Values of `<<`. What the mapping says itself, before or after, counts more.
        merges: Vec<Node>,
    },
}

enum MappingKey {
    Name(Spanned<String>),
    /// `<<`, which is a key of its own only in quotes.
    Merge,
}

impl<'d> TreeBuilder<'d> {
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

    /// Takes the next event of the YAML parser.
    pub(super) fn event(&mut self, event: Event<'_>, span: Span) -> BuildResult<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = scalar(text.into_owned(), style, tag).map_err(|error| Spanned {
                    value: error.to_string(),
                    span,
                })?;
                self.scalar(scalar, anchor, span)
            }
            Event::SequenceStart(anchor, _) => self.begin_sequence(span, anchor),
            Event::MappingStart(anchor, _) => self.begin_mapping(span, anchor),
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

    /// Takes a scalar. `anchor` is 0 where there is none.
    pub(super) fn scalar(&mut self, scalar: Scalar, anchor: usize, span: Span) -> BuildResult<()> {
        self.count(1, span)?;
        let scalar = if self.awaits_key() {
            scalar
        } else {
            scalar.in_json().map_err(|error| Spanned {
                value: error.to_string(),
                span,
            })?
        };
        let content = Content::Scalar(scalar);
        self.complete(Node { span, content }, anchor, 1)
    }

    /// Takes the beginning of a list.
    pub(super) fn begin_sequence(&mut self, start: Span, anchor: usize) -> BuildResult<()> {
        self.begin(start, anchor, Collection::Sequence(Vec::new()))
    }

    /// Takes the beginning of a mapping. Its keys and values follow by turns.
    pub(super) fn begin_mapping(&mut self, start: Span, anchor: usize) -> BuildResult<()> {
        let collection = Collection::Mapping {
            members: Vec::new(),
            key: None,
            merges: Vec::new(),
        };
        self.begin(start, anchor, collection)
    }

    fn begin(&mut self, start: Span, anchor: usize, collection: Collection) -> BuildResult<()> {
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

    /// Takes the end of the list or mapping that began last.
    pub(super) fn end(&mut self, end: Span) -> BuildResult<()> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let content = match open.collection {
            Collection::Sequence(items) => Content::Sequence(items),
            Collection::Mapping {
                mut members,
                merges,
                ..
            } => {
                for source in merges {
                    merge(&mut members, source)?;
                }
                Content::Mapping(members)
            }
        };
        let span = Span {
            end: end.end.max(open.start.end),
            ..open.start
        };
        let size = self.nodes - open.nodes_before;
        self.complete(Node { span, content }, open.anchor, size)
    }

    fn awaits_key(&self) -> bool {
        let collection = self.open.last().map(|open| &open.collection);
        matches!(collection, Some(Collection::Mapping { key: None, .. }))
    }

    fn count(&mut self, nodes: usize, span: Span) -> BuildResult<()> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(error(span, "too large once its aliases are followed"));
        }
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn complete(&mut self, node: Node, anchor: usize, size: usize) -> BuildResult<()> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.collection) {
            None => self.root = Some(node),
            Some(Collection::Sequence(items)) => items.push(node),
            Some(Collection::Mapping {
                members,
                key,
                merges,
            }) => match key.take() {
                None => *key = Some(self::key(node)?),
                Some(MappingKey::Merge) => merges.push(node),
                Some(MappingKey::Name(key)) => insert(members, key, node, self.diagnostics),
            },
        }
        Ok(())
    }
}

fn scalar(
    text: String,
    style: ScalarStyle,
    tag: Option<Cow<'_, Tag>>,
) -> Result<Scalar, ScalarError> {
    let scalar = match tag {
        Some(tag) if tag.is_yaml_core_schema() => Scalar::tagged(&tag.suffix, text)?,
        // `!` makes a string, and so does a tag that kubectl does not know.
        Some(_) => Scalar::quoted(text),
        None if style == ScalarStyle::Plain => Scalar::plain(text),
        None => Scalar::quoted(text),
    };
    Ok(scalar)
}

fn key(node: Node) -> BuildResult<MappingKey> {
    let span = node.span;
    let Content::Scalar(scalar) = node.content else {
        return Err(error(span, "a key must be a scalar"));
    };
    if scalar.plain && scalar.text == "<<" {
        return Ok(MappingKey::Merge);
    }
    if scalar.meaning == Meaning::Null {
        return Err(error(span, "a key must not be null"));
    }
    let value = scalar.text;
    Ok(MappingKey::Name(Spanned { value, span }))
}

fn insert(
    members: &mut Vec<MappingMember>,
    key: Spanned<String>,
    value: Node,
    diagnostics: &mut Diagnostics,
) {
    if members.iter().any(|member| member.key == key.value) {
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
    members.push(MappingMember {
        key: key.value,
        key_span: key.span,
        value,
    });
}

/// `<<: *anchor`: members that the mapping does not have itself.
fn merge(members: &mut Vec<MappingMember>, source: Node) -> BuildResult<()> {
    let sources = match source.content {
        Content::Sequence(items) => items,
        _ => vec![source],
    };
    for source in sources {
        let Content::Mapping(others) = source.content else {
            return Err(error(source.span, "`<<` can merge mappings only"));
        };
        for other in others {
            if !members.iter().any(|member| member.key == other.key) {
                members.push(other);
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
