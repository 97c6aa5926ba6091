//! Builds a tree from the events of a YAML or JSON parser, within limits: an alias bomb or a thousand
//! brackets give an error, not a hang or an overflow of the stack. The size of the text alone is no limit.

use std::collections::HashMap;

use super::{
    dialect::Dialect,
    mapping::{Mapping, MappingKey},
    node::{Content, Node},
    scalar::Scalar,
    syntax::{Event, EventKind},
    tree_error::{TreeError, TreeResult},
};
use crate::{diagnostic::Diagnostics, source::Span};

/// No manifest nests as deep.
const MAX_DEPTH: usize = 256;
/// Nodes that aliases may add to a document. kubectl lets a document consist of as many nearly to the
/// whole, and of a tenth in larger ones.
const MAX_ALIASED: usize = 400_000;

pub(super) struct TreeBuilder<'d, 't> {
    diagnostics: &'d mut Diagnostics,
    open: Vec<Open<'t>>,
    /// What each anchor names at this place.
    anchors: HashMap<&'t str, Anchored>,
    /// Anchors so far, of whatever name.
    definitions: usize,
    root: Option<Node>,
    /// Nodes so far, and how many of them came by aliases.
    nodes: usize,
    aliased: usize,
    /// Whether objects in this text stand in blocks, so that one may follow another by mistake.
    pub(super) in_blocks: bool,
    /// How keys are read.
    pub(super) dialect: Dialect,
}

/// A name is given where its node begins, though the node can't be used before its end.
struct Anchored {
    /// The number of the definition.
    definition: usize,
    /// The node and its size.
    node: Option<(Node, usize)>,
}

/// An anchor, and the number of its definition.
type Definition<'t> = Option<(&'t str, usize)>;

/// A collection whose end has not come yet.
struct Open<'t> {
    start: Span,
    anchor: Definition<'t>,
    nodes_before: usize,
    collection: Collection,
}

enum Collection {
    Sequence(Vec<Node>),
    Mapping(Mapping),
}

impl<'d, 't> TreeBuilder<'d, 't> {
    pub(super) fn new(diagnostics: &'d mut Diagnostics) -> Self {
        Self {
            diagnostics,
            open: Vec::new(),
            anchors: HashMap::new(),
            definitions: 0,
            root: None,
            nodes: 0,
            aliased: 0,
            in_blocks: false,
            dialect: Dialect::Kubectl,
        }
    }

    /// The document, `None` if there was nothing in it.
    pub(super) fn finish(self) -> Option<Node> {
        self.root
    }

    /// Takes the next event of the YAML parser.
    pub(super) fn event(&mut self, event: Event<'t>, span: Span) -> TreeResult<()> {
        match event.kind {
            EventKind::Scalar {
                text,
                plain,
                properties,
            } => {
                let scalar = Scalar::written(text.into_owned(), plain, properties.tag.as_deref());
                let scalar = scalar.map_err(|error| TreeError::new(span, error.to_string()))?;
                self.scalar(scalar, properties.anchor, span)
            }
            EventKind::SequenceStart(properties) => self.begin_sequence(span, properties.anchor),
            EventKind::MappingStart(properties) => self.begin_mapping(span, properties.anchor),
            EventKind::End => self.end(span),
            EventKind::Alias(name) => {
                let anchored = self.anchors.get(name);
                let Some((node, size)) = anchored.and_then(|anchored| anchored.node.clone()) else {
                    let message = format!("no anchor `&{name}` ends before this alias");
                    return Err(TreeError::new(span, message));
                };
                self.nodes += size;
                self.aliased += size;
                if self.aliased > MAX_ALIASED {
                    return Err(TreeError::new(
                        span,
                        "too large once its aliases are followed",
                    ));
                }
                self.complete(node, None, size)
            }
            EventKind::DocumentStart | EventKind::DocumentEnd | EventKind::StreamEnd => Ok(()),
        }
    }

    /// Takes a scalar.
    pub(super) fn scalar(
        &mut self,
        scalar: Scalar,
        anchor: Option<&'t str>,
        span: Span,
    ) -> TreeResult<()> {
        self.nodes += 1;
        let scalar = if self.awaits_key() {
            scalar
        } else {
            let scalar = scalar.in_json();
            scalar.map_err(|error| TreeError::new(span, error.to_string()))?
        };
        let content = Content::Scalar(scalar);
        let anchor = self.define(anchor);
        self.complete(Node { span, content }, anchor, 1)
    }

    /// Takes the beginning of a list.
    pub(super) fn begin_sequence(
        &mut self,
        start: Span,
        anchor: Option<&'t str>,
    ) -> TreeResult<()> {
        self.begin(start, anchor, Collection::Sequence(Vec::new()))
    }

    /// Takes the beginning of a mapping. Its keys and values follow by turns.
    pub(super) fn begin_mapping(&mut self, start: Span, anchor: Option<&'t str>) -> TreeResult<()> {
        self.begin(start, anchor, Collection::Mapping(Mapping::default()))
    }

    fn begin(
        &mut self,
        start: Span,
        anchor: Option<&'t str>,
        collection: Collection,
    ) -> TreeResult<()> {
        if self.open.len() >= MAX_DEPTH {
            return Err(TreeError::new(start, "nested too deeply"));
        }
        let nodes_before = self.nodes;
        let anchor = self.define(anchor);
        self.open.push(Open {
            start,
            anchor,
            nodes_before,
            collection,
        });
        self.nodes += 1;
        Ok(())
    }

    /// Takes the end of the list or mapping that began last.
    pub(super) fn end(&mut self, end: Span) -> TreeResult<()> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let content = match open.collection {
            Collection::Sequence(items) => Content::Sequence(items),
            Collection::Mapping(mapping) => Content::Mapping(mapping.members),
        };
        let span = Span {
            end: end.end.max(open.start.end),
            ..open.start
        };
        let size = self.nodes - open.nodes_before;
        self.complete(Node { span, content }, open.anchor, size)
    }

    fn define(&mut self, anchor: Option<&'t str>) -> Definition<'t> {
        let name = anchor?;
        self.definitions += 1;
        let anchored = Anchored {
            definition: self.definitions,
            node: None,
        };
        self.anchors.insert(name, anchored);
        Some((name, self.definitions))
    }

    fn awaits_key(&self) -> bool {
        let collection = self.open.last().map(|open| &open.collection);
        matches!(collection, Some(Collection::Mapping(mapping)) if mapping.awaits_key())
    }

    /// Puts a finished node where it belongs.
    fn complete(&mut self, node: Node, anchor: Definition<'t>, size: usize) -> TreeResult<()> {
        if let Some((name, definition)) = anchor
            && let Some(anchored) = self.anchors.get_mut(name)
            && anchored.definition == definition
        {
            anchored.node = Some((node.clone(), size));
        }
        let is_root = self.open.len() == 1;
        match self.open.last_mut().map(|open| &mut open.collection) {
            None => self.root = Some(node),
            Some(Collection::Sequence(items)) => items.push(node),
            Some(Collection::Mapping(mapping)) => {
                if !mapping.awaits_key() {
                    return mapping.value(node, self.diagnostics);
                }
                let key = MappingKey::of(node, self.dialect)?;
                if let MappingKey::Name(name) = &key
                    && is_root
                    && self.in_blocks
                    && matches!(&*name.value, "apiVersion" | "kind")
                    && mapping.contains(&name.value)
                {
                    return Err(TreeError::SecondObject(name.clone()));
                }
                mapping.key(key);
            }
        }
        Ok(())
    }
}
