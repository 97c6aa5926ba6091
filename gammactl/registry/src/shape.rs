//! Shapes of images that Istio takes a module out of.
//!
//! - A Docker image whose last layer is a gzipped tar.
//! - An OCI image whose last layer is a gzipped tar.
//! - An OCI artifact of two layers, one of which is the module as it is.

use serde_json::Value;

use crate::registry::{DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST};

const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const WASM_LAYER: &str = "application/vnd.module.wasm.content.layer.v1+wasm";

/// What a manifest is of.
pub(crate) enum Shape {
    /// An image that Istio takes a module out of.
    Image,
    /// Several images, of which Istio takes that for linux/amd64, on every node: its digest.
    Index(String),
    /// An index without such an image: the platforms that it has.
    NoPlatform(String),
    /// Something else: what it is.
    Other(String),
}

impl Shape {
    pub(crate) fn of(media_type: &str, manifest: &Value) -> Self {
        match media_type {
            DOCKER_INDEX | OCI_INDEX => Self::of_index(manifest),
            DOCKER_MANIFEST | OCI_MANIFEST => Self::of_image(manifest),
            other => Self::Other(format!("its media type is `{other}`")),
        }
    }

    /// A child that names no platform passes for linux/amd64.
    fn of_index(index: &Value) -> Self {
        let children = index.get("manifests").and_then(Value::as_array);
        let mut platforms = Vec::new();
        for child in children.into_iter().flatten() {
            let text = |pointer: &str| child.pointer(pointer).and_then(Value::as_str);
            let platform = child.get("platform").map_or("linux/amd64".into(), |_| {
                let part = |pointer| text(pointer).unwrap_or_default();
                format!(
                    "{}/{}",
                    part("/platform/os"),
                    part("/platform/architecture")
                )
            });
            match text("/digest") {
                Some(digest) if platform == "linux/amd64" => return Self::Index(digest.into()),
                _ => platforms.push(platform),
            }
        }
        Self::NoPlatform(match &*platforms {
            [] => "nothing".into(),
            platforms => platforms.join(", "),
        })
    }

    fn of_image(manifest: &Value) -> Self {
        let layers = manifest.get("layers").and_then(Value::as_array);
        let types: Vec<&str> = layers
            .into_iter()
            .flatten()
            .filter_map(|layer| layer.get("mediaType")?.as_str())
            .collect();
        let Some(last) = types.last() else {
            return Self::Other("it has no layers".into());
        };
        // Only a manifest that says so itself is taken for one of Docker's.
        let is_docker = manifest.get("mediaType").and_then(Value::as_str) == Some(DOCKER_MANIFEST);
        let fits = match is_docker {
            true => *last == DOCKER_LAYER,
            false => *last == OCI_LAYER || types.len() == 2 && types.contains(&WASM_LAYER),
        };
        let expected = if is_docker { DOCKER_LAYER } else { OCI_LAYER };
        match (fits, types.contains(&WASM_LAYER)) {
            (true, _) => Self::Image,
            (false, true) if !is_docker => Self::Other(format!(
                "a module as a layer must be one of two layers, and it has {}",
                types.len()
            )),
            _ => Self::Other(format!(
                "its last layer is of type `{last}`, not `{expected}`"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(media_type: &str, manifest: &Value) -> String {
        match Shape::of(media_type, manifest) {
            Shape::Image => "image".into(),
            Shape::Index(digest) => format!("index {digest}"),
            Shape::NoPlatform(platforms) => format!("only {platforms}"),
            Shape::Other(why) => why,
        }
    }

    #[test]
    fn shapes_are_those_that_istio_takes() {
        let of = |types: &[&str]| {
            let layers: Vec<Value> = types.iter().map(|t| json!({ "mediaType": t })).collect();
            json!({ "layers": layers })
        };
        let docker = |types: &[&str]| {
            let mut manifest = of(types);
            manifest["mediaType"] = DOCKER_MANIFEST.into();
            manifest
        };
        const ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
        const OTHER: &str = "application/vnd.module.wasm.config.v1+json";
        let table = [
            (DOCKER_MANIFEST, docker(&[DOCKER_LAYER]), "image"),
            (DOCKER_MANIFEST, docker(&[OCI_LAYER]), "its last layer is"),
            (OCI_MANIFEST, of(&[OCI_LAYER]), "image"),
            (OCI_MANIFEST, of(&[OTHER, OCI_LAYER]), "image"),
            (OCI_MANIFEST, of(&[OCI_LAYER, OTHER]), "its last layer is"),
            (OCI_MANIFEST, of(&[OTHER, WASM_LAYER]), "image"),
            (OCI_MANIFEST, of(&[WASM_LAYER, OTHER]), "image"),
            (OCI_MANIFEST, of(&[WASM_LAYER]), "a module as a layer must"),
            (OCI_MANIFEST, of(&[ZSTD]), "its last layer is"),
            (OCI_MANIFEST, of(&["application/wasm"]), "its last layer is"),
            (OCI_MANIFEST, of(&[]), "it has no layers"),
            (OCI_MANIFEST, json!([]), "it has no layers"),
            ("text/html", json!({}), "its media type is `text/html`"),
        ];
        for (media_type, manifest, expected) in table {
            let said = said(media_type, &manifest);
            assert!(said.starts_with(expected), "{manifest}: {said}");
        }
    }

    #[test]
    fn an_index_stands_for_its_image_for_linux_amd64() {
        let child = |os: &str, architecture: &str, digest: &str| json!({ "digest": digest, "platform": { "os": os, "architecture": architecture } });
        let table = [
            (
                vec![child("linux", "arm64", "a"), child("linux", "amd64", "b")],
                "index b",
            ),
            (vec![json!({ "digest": "a" })], "index a"),
            (
                vec![
                    child("linux", "arm64", "a"),
                    child("unknown", "unknown", "b"),
                ],
                "only linux/arm64, unknown/unknown",
            ),
            (vec![], "only nothing"),
        ];
        for (children, expected) in table {
            let index = json!({ "manifests": children });
            assert_eq!(said(OCI_INDEX, &index), expected);
            assert_eq!(said(DOCKER_INDEX, &index), expected);
        }
    }
}
