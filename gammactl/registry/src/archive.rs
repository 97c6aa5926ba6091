//! An image with nothing but the module, as a file: an OCI layout in a tar.
//!
//! No engine is needed to make it, and nothing in it depends on time or place: the same module gives the same
//! digest everywhere. Its one layer is a gzipped tar with the file `plugin.wasm`, which is what Istio,
//! Envoy Gateway and Higress look for.

use miniz_oxide::deflate::compress_to_vec;
use serde_json::{Value, json};

use crate::{
    digest::Digest,
    registry::{OCI_INDEX, OCI_MANIFEST},
    tar::{crc32, tar},
};

/// A file to push, as in `skopeo copy oci-archive:FILE docker://…`.
#[derive(Debug, Clone)]
pub struct ImageArchive {
    /// What is in the file.
    pub bytes: Vec<u8>,
    /// The digest of the manifest: what Istio compares.
    pub digest: Digest,
}

impl ImageArchive {
    /// An image of `module`.
    #[must_use]
    pub fn of(module: &[u8]) -> Self {
        let files = tar(&[("plugin.wasm", module)]);
        let layer = gzip(&files);
        let config = text(&json!({
            "architecture": "amd64",
            "os": "linux",
            "config": {},
            "rootfs": { "type": "layers", "diff_ids": [Digest::of(&files).to_string()] },
        }));
        let manifest = text(&json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": described("application/vnd.oci.image.config.v1+json", &config),
            "layers": [described("application/vnd.oci.image.layer.v1.tar+gzip", &layer)],
        }));
        let index = text(&json!({
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [described(OCI_MANIFEST, &manifest)],
        }));
        let blob = |bytes: &[u8]| format!("blobs/sha256/{}", Digest::of(bytes).hex());
        let bytes = tar(&[
            ("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#),
            ("index.json", &index),
            (&blob(&manifest), &manifest),
            (&blob(&config), &config),
            (&blob(&layer), &layer),
        ]);
        Self {
            bytes,
            digest: Digest::of(&manifest),
        }
    }
}

fn described(media_type: &str, bytes: &[u8]) -> Value {
    let digest = Digest::of(bytes).to_string();
    json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() })
}

fn text(json: &Value) -> Vec<u8> {
    json.to_string().into_bytes()
}

/// Deflate, no name, no time, made by an unknown system.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    gzip.extend(compress_to_vec(bytes, 9));
    gzip.extend(crc32(bytes).to_le_bytes());
    // "modulo 2^32"
    gzip.extend((bytes.len() as u32).to_le_bytes());
    gzip
}
