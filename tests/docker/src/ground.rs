//! What the tests share: made once, before them.

use anyhow::Result;

use crate::{network::Network, registry::LoopbackRegistry};

pub(crate) struct Ground {
    pub(crate) registry: LoopbackRegistry,
    pub(crate) network: Network,
    /// The images as `make push` names them, with their digests.
    pub(crate) pushed: Vec<String>,
}

/// A test, by its name.
pub(crate) type EngineTest = (&'static str, fn(&Ground) -> Result<()>);
