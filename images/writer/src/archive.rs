//! An image as a file: an OCI layout in a tar, with the list that `docker load` wants beside it.

use gamma_registry::{Digest, OciImage};
use serde_json::{Value, json};

use crate::{
    build::{MANIFEST, described},
    tar::{TarEntry, tar, untar},
};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Why a file is no image.
#[derive(Debug, thiserror::Error)]
#[error("this is no image that was written here: {0}")]
pub struct ArchiveError(&'static str);

/// A file with `image`, for `docker load`, `skopeo copy oci-archive:FILE docker://…` and `ctr image import`. An engine
/// calls the image `name`, as in `gammactl:latest`.
#[must_use]
pub fn write_archive(image: &OciImage, name: &str) -> Vec<u8> {
    let mut manifest = described(MANIFEST, &image.manifest);
    manifest["annotations"] = json!({
        "io.containerd.image.name": format!("docker.io/library/{name}"),
        "org.opencontainers.image.ref.name": name.rsplit(':').next(),
    });
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest] });
    let paths: Vec<String> = image.blobs.iter().map(|blob| path_of(blob)).collect();
    let for_docker = paths.split_first().map(
        |(config, layers)| json!([{ "Config": config, "RepoTags": [name], "Layers": layers }]),
    );
    let mut entries = vec![
        TarEntry::plain("oci-layout", *br#"{"imageLayoutVersion":"1.0.0"}"#),
        TarEntry::plain("index.json", index.to_string()),
        TarEntry::plain("manifest.json", for_docker.unwrap_or_default().to_string()),
        TarEntry::plain(path_of(&image.manifest), image.manifest.clone()),
    ];
    let mut blobs: Vec<TarEntry> = paths
        .into_iter()
        .zip(&image.blobs)
        .map(|(path, blob)| TarEntry::plain(path, blob.clone()))
        .collect();
    // A base may have one layer twice.
    blobs.sort_by(|a, b| a.name.cmp(&b.name));
    blobs.dedup();
    entries.extend(blobs);
    tar(&entries)
}

/// The image in a file of [`write_archive`].
///
/// # Errors
///
/// The file is something else.
pub fn read_archive(archive: &[u8]) -> Result<OciImage, ArchiveError> {
    let entries = untar(archive).ok_or(ArchiveError("it is no tar of plain files"))?;
    let content = |name: &str| {
        let entry = entries.iter().find(|entry| entry.name == name);
        entry.map(|entry| &entry.content)
    };
    let json = |bytes: &Vec<u8>| serde_json::from_slice::<Value>(bytes).ok();
    let blob = |descriptor: &Value| {
        let digest = Digest::parse(descriptor.get("digest")?.as_str()?)?;
        let bytes = content(&format!("{BLOBS}{}", digest.hex()))?;
        (Digest::of(bytes) == digest).then(|| bytes.clone())
    };
    let missing = || ArchiveError("a blob is missing, or not what its digest says");
    let index = content("index.json").and_then(json);
    let index = index.ok_or(ArchiveError("there is no index"))?;
    let manifest = blob(&index["manifests"][0]).ok_or_else(missing)?;
    let read = json(&manifest).ok_or(ArchiveError("its manifest is no JSON"))?;
    let layers = read["layers"].as_array();
    let layers = layers.ok_or(ArchiveError("its manifest has no layers"))?;
    let named = [&read["config"]].into_iter().chain(layers);
    let blobs: Option<Vec<Vec<u8>>> = named.map(blob).collect();
    Ok(OciImage {
        manifest,
        blobs: blobs.ok_or_else(missing)?,
    })
}

const BLOBS: &str = "blobs/sha256/";

fn path_of(blob: &[u8]) -> String {
    format!("{BLOBS}{}", Digest::of(blob).hex())
}
