//! A port of a Service, with its own cluster and its route table.

use crate::id::ClusterId;

#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) number: u16,
    /// The Service's own endpoints.
    pub(crate) cluster: ClusterId,
    /// The routes that this proxy's clients get: their number among the router's tables.
    pub(crate) table: Option<u32>,
}
