//! Linkerd's ServiceProfiles.

mod condition;
mod pattern;
mod plan;
mod profile;

pub(crate) use plan::plan;
pub(crate) use profile::service_profiles;
