//! Images out of Dockerfiles.

use std::{fs, io, os::unix::fs::PermissionsExt as _, path::Path};

use gamma_registry::{Digest, OciImage};
use serde_json::{Value, json};

use crate::{
    dockerfile::Dockerfile,
    gzip::gzip,
    tar::{TarEntry, tar},
};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// What Istio asks of the last layer.
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

/// No time is the same everywhere.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// A file that is to be copied can't be read.
    #[error("{path}: {source}")]
    File {
        /// Where it should be.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// A path in the image that is too long for the tar.
    #[error("{0}: paths in an image have 100 bytes at most here")]
    Path(String),
    /// The Dockerfile names a base, and there is none; or the other way round.
    #[error("the base is not that of the Dockerfile")]
    OtherBase,
    /// The manifest or the config of the base is not what it has to be.
    #[error("the base is no image: {0}")]
    Base(&'static str),
}

/// The image that `dockerfile` asks for, with files below `context`, on `base`, if it names one. For linux/amd64, which
/// Istio takes on every node.
///
/// # Errors
///
/// See [`ImageError`].
pub fn build(
    dockerfile: &Dockerfile,
    context: &Path,
    base: Option<&OciImage>,
) -> Result<OciImage, ImageError> {
    if dockerfile.base.is_some() != base.is_some() {
        return Err(ImageError::OtherBase);
    }
    let files = tar(&entries(dockerfile, context)?);
    let layer = gzip(&files);
    let (mut config, mut layers) = match base {
        None => (empty_config(), Vec::new()),
        Some(base) => (base_config(base)?, base_layers(base)?),
    };
    let wrong = ImageError::Base("its config has no list of layers");
    let diff_ids = config
        .pointer_mut("/rootfs/diff_ids")
        .and_then(Value::as_array_mut);
    diff_ids
        .ok_or(wrong)?
        .push(Digest::of(&files).to_string().into());
    // Where there is a history, engines want a line of it for each layer.
    if let Some(history) = config.get_mut("history").and_then(Value::as_array_mut) {
        history.push(json!({ "created": CREATED, "created_by": "COPY" }));
    }
    let settings = config.get_mut("config").and_then(Value::as_object_mut);
    let settings = settings.ok_or(ImageError::Base("its config has no `config`"))?;
    settings.extend(dockerfile.settings.clone());
    settings.retain(|_, value| !value.is_null());
    let config = config.to_string().into_bytes();
    layers.push(described(LAYER, &layer));
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": described(CONFIG, &config),
        "layers": layers,
    });
    let inherited = base
        .iter()
        .flat_map(|base| base.blobs.iter().skip(1).cloned());
    let blobs = [config]
        .into_iter()
        .chain(inherited)
        .chain([layer])
        .collect();
    Ok(OciImage {
        manifest: manifest.to_string().into_bytes(),
        blobs,
    })
}

fn entries(dockerfile: &Dockerfile, context: &Path) -> Result<Vec<TarEntry>, ImageError> {
    let mut entries = Vec::new();
    for (source, target) in &dockerfile.files {
        let path = context.join(source);
        let read = || Ok((fs::read(&path)?, fs::metadata(&path)?.permissions().mode()));
        let (content, mode) = read().map_err(|source| ImageError::File {
            path: path.display().to_string(),
            source,
        })?;
        if target.len() > 100 {
            return Err(ImageError::Path(target.clone()));
        }
        entries.push(TarEntry {
            name: target.clone(),
            // The rest of the mode is up to the umask of who has checked it out.
            is_program: mode & 0o100 != 0,
            content,
        });
    }
    Ok(entries)
}

fn empty_config() -> Value {
    json!({
        "architecture": "amd64",
        "os": "linux",
        "created": CREATED,
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": [] },
    })
}

fn base_config(base: &OciImage) -> Result<Value, ImageError> {
    let config = base
        .blobs
        .first()
        .and_then(|bytes| serde_json::from_slice(bytes).ok());
    config.ok_or(ImageError::Base("its config is no JSON"))
}

/// Docker's own type for layers is another name of the same.
fn base_layers(base: &OciImage) -> Result<Vec<Value>, ImageError> {
    let manifest: Option<Value> = serde_json::from_slice(&base.manifest).ok();
    let layers = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("layers")?.as_array());
    let layers = layers.ok_or(ImageError::Base("its manifest has no layers"))?;
    let known = |layer: &Value| {
        let mut layer = layer.clone();
        if layer["mediaType"] == DOCKER_LAYER {
            layer["mediaType"] = LAYER.into();
        }
        layer
    };
    Ok(layers.iter().map(known).collect())
}

pub(crate) fn described(media_type: &str, bytes: &[u8]) -> Value {
    let digest = Digest::of(bytes).to_string();
    json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() })
}
