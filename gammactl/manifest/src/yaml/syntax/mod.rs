//! Reads YAML as libyaml does, of which kubectl's parser is a translation: text to tokens, tokens to events.
//!
//! Other parsers of YAML follow the specification more closely, and so differ from kubectl in what they
//! take: tabs behind a `:`, a `?` in a flow mapping, the next line as a line break. The rules here are
//! libyaml's, restrictions included; `documents.jsonl` beside [`super`] is a table of what kubectl makes of
//! odd documents.
//!
//! Where libyaml counts characters, so does this; positions are bytes. Scalars borrow the text unless they
//! are folded or have escapes.

mod block_scalar;
mod cursor;
mod flow_collections;
mod flow_scalar;
mod parser;
mod plain_scalar;
mod properties;
mod scanner;
mod token;

pub(super) use parser::{Event, EventKind, Parser};
pub(super) use token::SyntaxError;
