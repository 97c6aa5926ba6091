//! Why a config can't be put into a file.

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
