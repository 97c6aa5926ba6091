//! The controller, in a cluster where it was installed as its page says.

mod canary;
mod faults;
mod installed;
mod killed;
mod module;
mod proxy;
mod replicas;
mod status;

pub(crate) use installed::{Installed, image};
pub(crate) use status::{goes_to, is_told};

use crate::edges::Edge;

/// The tests of this kind.
pub(crate) const TESTS: &[Edge] = &[
    ("controller::status", status::run),
    ("controller::replicas", replicas::run),
    ("controller::module", module::run),
    ("controller::canary", canary::run),
    ("controller::killed", killed::run),
    ("controller::faults", faults::run),
];
