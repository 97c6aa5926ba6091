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

mod layout;
mod write;

use layout::Layout;

/// Why a file can't get a config.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BakeError {
    /// No module, or a damaged one.
    #[error("it is no WebAssembly module: {0}")]
    NotAModule(String),
    /// A module of somebody else's, the filter for Envoy, or one from before there was a slot.
    #[error("it has no place for a config, which gamma-filter-compat.wasm of this version has")]
    NoSlot,
    /// A module that has a slot and is otherwise not as it was built.
    #[error("it is not as it was built: {0}")]
    Changed(&'static str),
    /// More than 32 bits can address.
    #[error("a config of {0} bytes does not fit into the memory of the module")]
    TooLarge(usize),
}

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
