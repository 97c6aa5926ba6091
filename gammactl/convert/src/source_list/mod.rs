//! Ordered lists as an older mesh has them, before anything of them is written in the terms of the Gateway API.
//!
//! A front end says of each entry of its source what must hold of a request, as a [`SourceCondition`]: tests of texts, joined by
//! all, any and not. Two things are made of that one condition, by code that has nothing in common:
//!
//! * `entries` writes it in the terms of [`order`](crate::order), which encodes it for ranked matches;
//! * the proof hands it to `gamma-diff` as it stands, with its signs, as the side before.
//!
//! A mistake in the encoding therefore shows, and only what a front end misreads does not: that is for the tests that decide
//! requests by the source itself.

mod alternatives;
mod condition;
mod entries;
mod list;

pub use alternatives::{MOST_ALTERNATIVES, SourceTest};
pub use condition::{SourceCondition, SourcePart, SourceText};
pub use entries::{SourceEntry, Unspeakable};
pub(crate) use list::{SourceEffect, SourceList, SourceOrigin, SourcePathChange};
