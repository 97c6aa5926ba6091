//! The controller, in a cluster where it was installed as its page says.

mod faults;
mod installed;
mod killed;
mod module;
mod proxy;
mod replicas;
mod status;

pub(crate) use installed::{Installed, image};

use crate::edges::Edge;

/// The tests of this kind.
pub(crate) const TESTS: &[Edge] = &[
    ("controller::status", status::run),
    ("controller::replicas", replicas::run),
    ("controller::module", module::run),
    ("controller::killed", killed::run),
    ("controller::faults", faults::run),
];
