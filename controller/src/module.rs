//! The module is looked up before any sidecar is told of it: one that can't be had is an outage.

use anyhow::{Context as _, Result};
use gamma_envoy::istio::Image;
use gamma_registry::{Digest, DockerConfig, FoundModule, look_up};

/// `image` as it was found, pinned by its digest. Blocks until the registry has answered.
///
/// # Errors
///
/// It is not there, it is none that Istio takes, or nobody can say.
pub(crate) fn find(mut image: Image) -> Result<Image> {
    if image.url.starts_with("file://") {
        // In the sidecars, where nobody can look from here.
        return Ok(image);
    }
    let expected = image.sha256.as_deref().and_then(Digest::parse);
    let credentials = DockerConfig::of_this_user().context("credentials for the registry")?;
    match look_up(&image.url, expected.as_ref(), &credentials)? {
        FoundModule::File { digest } => image.sha256 = Some(digest.hex().to_owned()),
        FoundModule::Image {
            digest, is_pinned, ..
        } => {
            if !is_pinned && expected.is_none() {
                image.url = format!("{}@{digest}", image.url);
            }
        }
    }
    Ok(image)
}
