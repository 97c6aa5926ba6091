//! A bootstrap whose moving parts are files that Envoy reads again when they are replaced.
//!
//! ```text
//! DIR/envoy.yaml       read once: listeners, admin, where the others are
//! DIR/cds.json         clusters
//! DIR/eds/CLUSTER.json the endpoints of one cluster, which come and go without a new cluster; where
//!                      there are too many clusters for that, they are in cds.json
//! DIR/rds/NAME.json    a route table: one route per retry back-off that a rule asks for
//! DIR/ecds.json        the filter with the route config
//! ```
//!
//! [`split`] takes a bootstrap apart, [`LiveDirectory`] replaces the files in an order in which no request
//! is lost.

mod admin;
mod changes;
mod delivery;
mod directory;
mod files;
mod resources;
mod split;
mod update;

pub use admin::{Admin, AdminError};
pub use changes::ResourceChanges;
pub use delivery::{DeliveryError, EnvoyContact};
pub use directory::{Directory, DirectoryError};
pub use resources::{BOOTSTRAP, Resources};
pub use split::{SplitBootstrap, SplitError, split};
pub use update::{LiveDirectory, Pace, Update};
