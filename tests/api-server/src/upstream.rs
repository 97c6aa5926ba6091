//! Finds the Gateway API's own files, which `make gateway-api` fetches.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::channel::Channel;

/// The files of a release of the Gateway API.
#[derive(Debug)]
pub struct Upstream {
    /// Where they are: the root of its Go module.
    pub root: PathBuf,
    /// The CRDs of the standard channel.
    pub standard: Channel,
    /// The CRDs of the experimental channel.
    pub experimental: Channel,
}

/// The files that are there: in `$GATEWAY_API`, else in `.tools/gateway-api`.
///
/// # Panics
///
/// They are incomplete, or they are not there and `CI` or `GATEWAY_API` is set.
pub fn upstream() -> Option<Upstream> {
    let wanted = env::var_os("GATEWAY_API").filter(|path| !path.is_empty());
    let root = wanted.as_ref().map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/gateway-api"),
        PathBuf::from,
    );
    if !root.join("config/crd").is_dir() {
        let missing = format!("no CRDs of the Gateway API in {}", root.display());
        let ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
        assert!(wanted.is_none() && !ci, "{missing}: run `make gateway-api`");
        eprintln!("SKIPPED: {missing}; `make gateway-api` fetches them with Go");
        return None;
    }
    let channel = |name| Channel::new(&root.join("config/crd").join(name));
    Some(Upstream {
        standard: channel("standard"),
        experimental: channel("experimental"),
        root,
    })
}
