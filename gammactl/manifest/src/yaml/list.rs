//! Takes a large List apart without reading it, so that its items can be read one by one, on several
//! threads, and no tree of the whole is ever in memory.
//!
//! What `kubectl get -o yaml` and `-o json` write is taken apart. Other Lists are read as a whole, and so
//! is one that turns out to be written in another way once its items are read.

use super::{
    documents::Document,
    json,
    node::{Content, Node},
};
use crate::{diagnostic::Diagnostics, source::Span};

/// Smaller documents are read as a whole.
const WORTH_IT: usize = 1 << 16;

/// A List in parts.
#[derive(Debug)]
pub(crate) struct ListParts<'t> {
    /// The List without its items.
    pub(crate) list: Node,
    /// Its items in order.
    pub(crate) items: Vec<ListItem<'t>>,
}

/// An item of a List, not parsed yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListItem<'t> {
    document: Document<'t>,
    /// Whether a `-` stands before the item.
    in_block: bool,
}

/// Where the items of a List are.
struct ItemPlaces {
    /// The bytes of all items.
    start: usize,
    end: usize,
    /// The bytes of each.
    items: Vec<(usize, usize)>,
}

impl<'t> Document<'t> {
    /// The parts of the document, if it is a large List.
    pub(crate) fn list(self) -> Option<ListParts<'t>> {
        if self.text.len() < WORTH_IT {
            return None;
        }
        let in_block = !self.text[json::after_comments(self.text, 0)..].starts_with('{');
        let found = if in_block {
            block(self.text)
        } else {
            braces(self.text)
        }?;
        let list = self.without(&found, in_block)?;
        let part = |&(start, end): &(usize, usize)| ListItem {
            document: Document {
                start: self.start + start,
                text: &self.text[start..end],
                ..self
            },
            in_block,
        };
        Some(ListParts {
            list,
            items: found.items.iter().map(part).collect(),
        })
    }

    /// The document with null in place of its items.
    fn without(self, found: &ItemPlaces, in_block: bool) -> Option<Node> {
        let (before, after) = (&self.text[..found.start], &self.text[found.end..]);
        let nothing = if in_block { "" } else { "null" };
        let text = format!("{before}{nothing}{after}");
        let short = Document {
            text: &text,
            ..self
        };
        let mut diagnostics = Diagnostics::default();
        let mut nodes = short.parse(&mut diagnostics);
        let mut list = nodes
            .pop()
            .filter(|_| nodes.is_empty() && diagnostics.is_empty())?;
        let kind = list.get("kind").and_then(Node::as_str);
        if !kind.is_some_and(|kind| kind.ends_with("List")) || !list.get("items")?.is_null() {
            return None;
        }
        let after = (self.start + found.start + nothing.len()) as u32;
        let by = (found.end - found.start - nothing.len()) as u32;
        shift(&mut list, after, by);
        Some(list)
    }
}

impl ListItem<'_> {
    /// The item's tree; `None` if it can't be read alone.
    pub(crate) fn parse(self, diagnostics: &mut Diagnostics) -> Option<Node> {
        let mut found = Diagnostics::default();
        let mut nodes = self.document.parse(&mut found);
        if found.any(crate::diagnostic::Severity::Error) || nodes.len() != 1 {
            return None;
        }
        let mut node = nodes.pop()?;
        if self.in_block {
            let Content::Sequence(items) = &mut node.content else {
                return None;
            };
            let item = items.pop();
            node = item.filter(|_| items.is_empty())?;
        }
        diagnostics.extend(found);
        Some(node)
    }
}

/// Moves what begins at byte `from` of the source or later.
fn shift(node: &mut Node, from: u32, by: u32) {
    let move_span = |span: &mut Span| {
        if span.start >= from {
            span.start += by;
        }
        if span.end > from {
            span.end += by;
        }
    };
    move_span(&mut node.span);
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::Sequence(items) => items.iter_mut().for_each(|item| shift(item, from, by)),
        Content::Mapping(members) => {
            for member in members {
                move_span(&mut member.key_span);
                shift(&mut member.value, from, by);
            }
        }
    }
}

/// The items of a List in block style: `items:` alone at the start of a line, then lines that all begin
/// with the same indentation and a `-`, or with more indentation.
fn block(text: &str) -> Option<ItemPlaces> {
    let mut found: Option<ItemPlaces> = None;
    let mut margin: Option<usize> = None;
    let mut ended = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let is_empty = content.trim_end().is_empty() || content.starts_with('#');
        let Some(found) = &mut found else {
            if line.trim_end() == "items:" {
                let (start, end, items) = (at, at, Vec::new());
                found = Some(ItemPlaces { start, end, items });
            }
            continue;
        };
        if ended || is_empty {
            continue;
        }
        let is_item = content.starts_with("- ") || content.trim_end() == "-";
        let is_item = is_item && indent == *margin.get_or_insert(indent);
        if is_item {
            if let Some((_, end)) = found.items.last_mut() {
                *end = start;
            }
            found.items.push((start, start));
        } else if Some(indent) <= margin {
            if indent > 0 {
                return None;
            }
            ended = true;
            found.end = start;
        }
    }
    let mut found = found?;
    if !ended {
        found.end = text.len();
    }
    found.items.last_mut()?.1 = found.end;
    Some(found)
}

/// The items of a List in JSON: objects in the array that is the member `items`.
fn braces(text: &str) -> Option<ItemPlaces> {
    let bytes = text.as_bytes();
    let mut found: Option<ItemPlaces> = None;
    let mut is_inside = false;
    let mut depth = 0_usize;
    // The last string at the top, which is a key if a `:` follows.
    let mut last = "";
    let mut key = "";
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let from = at + 1;
                at = string_end(bytes, from)?;
                if depth == 1 {
                    last = &text[from..at];
                }
            }
            b':' if depth == 1 => key = last,
            b',' if depth == 1 => key = "",
            b'[' | b'{' => {
                if byte == b'[' && depth == 1 && key == "items" {
                    if found.is_some() {
                        return None;
                    }
                    is_inside = true;
                    let (start, end, items) = (at, at, Vec::new());
                    found = Some(ItemPlaces { start, end, items });
                } else if is_inside && depth == 2 {
                    found.as_mut()?.items.push((at, at));
                }
                depth += 1;
            }
            b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if is_inside && depth == 2 {
                    found.as_mut()?.items.last_mut()?.1 = at + 1;
                } else if is_inside && depth == 1 {
                    is_inside = false;
                    found.as_mut()?.end = at + 1;
                }
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {}
            // Something else than objects.
            _ if is_inside && depth == 2 => return None,
            _ => {}
        }
        at += 1;
    }
    let commas = |found: &ItemPlaces| {
        // Between items there is one comma, and no other.
        let mut ends = found.items.windows(2);
        ends.all(|pair| text[pair[0].1..pair[1].0].trim_ascii() == ",")
            && found
                .items
                .first()
                .is_some_and(|first| text[found.start + 1..first.0].trim_ascii().is_empty())
            && found
                .items
                .last()
                .is_some_and(|last| text[last.1..found.end - 1].trim_ascii().is_empty())
    };
    found.filter(|found| !is_inside && found.end > found.start && commas(found))
}

/// The place of the quote that ends a string.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes
            .get(at..)?
            .iter()
            .position(|b| matches!(b, b'"' | b'\\'))?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests;
