//! Whole images, from a registry and into one.

use std::time::Duration;

use serde_json::Value;
use ureq::http::Method;

use crate::{
    digest::Digest,
    docker_config::DockerConfig,
    error::LookUpError,
    http::HttpClient,
    look_up::image,
    reference::ImageReference,
    registry::{OCI_MANIFEST, Repository},
};

/// For one blob.
const TIMEOUT: Duration = Duration::from_secs(600);
/// What a layer has at most here.
const MOST_BYTES: u64 = 2 << 30;

/// An image, in memory.
#[derive(Debug, Clone)]
pub struct OciImage {
    /// Its manifest, as it is in the registry.
    pub manifest: Vec<u8>,
    /// What the manifest names: first the config, then the layers in their order.
    pub blobs: Vec<Vec<u8>>,
}

impl OciImage {
    /// The digest of the manifest: what Istio compares, and what a pinned reference names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}

/// Downloads the image that `reference` names, or of an index that for linux/amd64.
///
/// # Errors
///
/// There is none, it can't be read, or it is not what its digest says.
pub fn pull(reference: &str, credentials: &DockerConfig) -> Result<OciImage, LookUpError> {
    let http = HttpClient::new(TIMEOUT);
    let named = ImageReference::parse(reference)?;
    let mut repository = Repository::new(&http, credentials, &named);
    let (digest, _) = image(reference, &mut repository, &named)?;
    let manifest = repository.manifest(&digest.to_string())?;
    let config = manifest.json.get("config");
    let layers = manifest.json.get("layers").and_then(Value::as_array);
    let mut blobs = Vec::new();
    for descriptor in config.into_iter().chain(layers.into_iter().flatten()) {
        let digest = descriptor.get("digest").and_then(Value::as_str);
        let digest = digest
            .and_then(Digest::parse)
            .ok_or_else(|| LookUpError::Shape {
                image: reference.into(),
                why: "a layer has no SHA-256 for a digest".into(),
            })?;
        let path = repository.path(&format!("blobs/{digest}"));
        let response = repository.send(Method::GET, &path, &[], &[], MOST_BYTES)?;
        let (url, with_credentials) = repository.asked(&path);
        let blob = response.found(&url, with_credentials)?.body;
        let found = Digest::of(&blob);
        if found != digest {
            return Err(LookUpError::Digest {
                url,
                expected: digest,
                found,
                index: None,
            });
        }
        blobs.push(blob);
    }
    Ok(OciImage {
        manifest: manifest.bytes,
        blobs,
    })
}

/// Uploads `image`, whose manifest is of OCI's type, under the tag of `reference`; what is there already is not sent
/// again.
///
/// # Errors
///
/// `reference` names no image or one by its digest, or the registry can't be reached or does not take it.
pub fn push(
    reference: &str,
    image: &OciImage,
    credentials: &DockerConfig,
) -> Result<(), LookUpError> {
    let http = HttpClient::new(TIMEOUT);
    let named = ImageReference::parse(reference)?;
    if named.digest.is_some() {
        return Err(LookUpError::Reference {
            url: reference.into(),
            why: "an image is pushed under a tag, which gives it no digest",
        });
    }
    let mut repository = Repository::new(&http, credentials, &named);
    for blob in &image.blobs {
        push_blob(&mut repository, &named, blob)?;
    }
    let path = repository.path(&format!("manifests/{}", named.wanted()));
    let headers = [("Content-Type", OCI_MANIFEST)];
    put(&mut repository, &path, &headers, &image.manifest)
}

fn push_blob(
    repository: &mut Repository<'_>,
    named: &ImageReference,
    blob: &[u8],
) -> Result<(), LookUpError> {
    let digest = Digest::of(blob);
    let there = repository.path(&format!("blobs/{digest}"));
    if repository
        .send(Method::HEAD, &there, &[], &[], ANSWER)?
        .status
        == 200
    {
        return Ok(());
    }
    let uploads = repository.path("blobs/uploads/");
    let upload = repository.send(Method::POST, &uploads, &[], &[], ANSWER)?;
    let (url, with_credentials) = repository.asked(&uploads);
    let upload = upload.found(&url, with_credentials)?;
    let location = upload.location.ok_or_else(|| LookUpError::Unreachable {
        url: url.clone(),
        why: "it does not say where to upload to".into(),
    })?;
    // "either an absolute URL or a relative one" (OCI distribution specification)
    let target = match location.split_once("://") {
        Some((_, rest)) => rest.to_owned(),
        None => format!("{}{location}", named.registry),
    };
    let separator = if target.contains('?') { '&' } else { '?' };
    let target = format!("{target}{separator}digest={digest}");
    let headers = [("Content-Type", "application/octet-stream")];
    put(repository, &target, &headers, blob)
}

/// What is read of an answer that is only a word about success.
const ANSWER: u64 = 1 << 20;

fn put(
    repository: &mut Repository<'_>,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<(), LookUpError> {
    let response = repository.send(Method::PUT, path, headers, body, ANSWER)?;
    let (url, with_credentials) = repository.asked(path);
    response.found(&url, with_credentials).map(drop)
}
