//! What runs in pods.

pub(crate) mod client;
pub(crate) mod echo;
pub(crate) mod message;
