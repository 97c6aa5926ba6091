//! Puts a route config into the filter's own file, as data of the module, for hosts whose configuration has no room
//! for it: nginx takes about 4 kB.
//!
//! [`bake`] adds two segments of data: the config, in pages of memory above those that the module was linked with,
//! and its address and length, in the slot that the module exports as [`BAKED_SLOT`](gamma_config::BAKED_SLOT). The
//! memory begins larger by these pages. The filter's allocator takes only memory that it asked for with `memory.grow`,
//! which is above them, so the config stays what it is. No code is changed, and nothing is lost: a module that was baked
//! is baked anew by replacing the config.
//!
//! `layout` reads what has to be known of a module, `write` writes the new one section by section.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod error;
mod layout;
mod write;

pub use error::BakeError;
use layout::Layout;

/// The module with `config` in it, instead of the one that was in it, if any.
///
/// # Errors
///
/// See [`BakeError`].
pub fn bake(module: &[u8], config: &[u8]) -> Result<Vec<u8>, BakeError> {
    let layout = Layout::read(module)?;
    write::with_config(module, &layout, config)
}

#[cfg(test)]
mod tests;
