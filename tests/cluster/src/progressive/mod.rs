//! What people put on top: programs that shift weights by themselves.

mod argo;
mod flagger;
mod turns;

pub(crate) use argo::run as argo;
pub(crate) use flagger::run as flagger;
