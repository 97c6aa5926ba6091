//! What is known to go wrong between Istio and a filter like this one, each on a real Istio.

mod both;
mod gateway;
mod hidden;
mod labels;
mod large;
mod live;
mod module;
mod overlap;
mod protocols;
mod retries;
mod scene;
mod sessions;

use anyhow::Result;
use gamma_testbed::echo::Identity;
pub(crate) use scene::{EDGE, Scene};

use crate::mesh::Mesh;

/// A test of this kind.
pub(crate) type Edge = (&'static str, fn(&Mesh) -> Result<()>);

/// All of them.
pub(crate) const TESTS: &[Edge] = &[
    ("edges::sessions", sessions::run),
    ("edges::overlap", overlap::run),
    ("edges::gateway", gateway::run),
    ("edges::module::missing", module::missing),
    ("edges::module::looked_up", module::looked_up),
    ("edges::module::without_scheme", module::without_scheme),
    ("edges::retries", retries::run),
    ("edges::protocols", protocols::run),
    ("edges::hidden", hidden::run),
    ("edges::labels", labels::run),
    ("edges::live", live::run),
    ("edges::cors", both::cors),
    ("edges::revisions", both::revisions),
    ("edges::large", large::run),
];

/// The backends that they need.
pub(crate) fn identities() -> impl Iterator<Item = Identity> {
    let scene = scene::identities().into_iter();
    scene
        .chain(protocols::identities())
        .chain(hidden::identities())
}
