//! Reading JSON into Rust's types, in little code.
//!
//! What serde derives is compiled anew for each type, the parser included, and was a third of the
//! filter's module: 50 KB. Here the parser is compiled once, and hands each value over to a
//! [`Slot`](value::Slot) behind a pointer. The macros of `describe` write the slots; in tests they
//! derive serde's `Deserialize` as well, and a test holds both to the same.
//!
//! The crate `miniserde` has this design, too. It was not taken: it reports no place and no reason
//! when it refuses a text (`miniserde::Error` is empty), it takes unknown and repeated members without
//! a word, and it can't leave a part as text, which is how rules are read one at a time. The parser
//! below the slots is `serde_json`'s, whose errors have line and column.

mod choice;
mod object;
mod parse;
mod plain;
mod read;
mod value;

pub(crate) use choice::{alternative, choice, member};
pub(crate) use object::{MemberSlot, object};
#[cfg(not(test))]
pub(crate) use parse::deserialize;
pub(crate) use parse::parse;
pub(crate) use read::{Element, FromJson, read_by_value};
pub(crate) use value::Value;
