//! Whether Istio's agent would take the filter: it asks the registry for the manifest, compares that with the digest of
//! the URL, and takes `plugin.wasm` out of the last layer, if that is of the type that it knows.

use std::{fs, process::Command};

use anyhow::{Context as _, Result, ensure};
use gamma_registry::{Digest, DockerConfig, FoundModule, LookUpError, look_up};
use gamma_testbed::repository;
use serde_json::{Value, json};

use crate::{
    docker::docker,
    ground::{EngineTest, Ground},
    registry::LoopbackRegistry,
};

pub(crate) const TESTS: &[EngineTest] = &[
    (
        "istio::the_agent_takes_the_filter",
        the_agent_takes_the_filter,
    ),
    ("istio::an_index_is_a_trap", an_index_is_a_trap),
    ("istio::gammactl_writes_the_url", gammactl_writes_the_url),
];

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// What the agent accepts, in its order.
const ACCEPT: &str = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.index.v1+json";

/// `oci://HOST/NAME@sha256:...`, as `make push` has printed it.
fn url(ground: &Ground) -> Result<&str> {
    let mut all = ground
        .pushed
        .iter()
        .filter(|reference| reference.starts_with("oci://"));
    let url = all.next().context("no URL of a module was printed")?;
    ensure!(
        all.next().is_none(),
        "more than one image is a module: {:?}",
        ground.pushed
    );
    Ok(url)
}

/// The manifest with this tag or digest, and its media type.
fn manifest(registry: &LoopbackRegistry, wanted: &str) -> Result<(String, Vec<u8>)> {
    let answer = registry.get(&format!("/v2/team/gamma-filter/manifests/{wanted}"), ACCEPT)?;
    ensure!(
        answer.status == 200,
        "{wanted}: {} {}",
        answer.status,
        answer.text()
    );
    Ok((
        answer.header("content-type").context("no type")?,
        answer.body,
    ))
}

fn the_agent_takes_the_filter(ground: &Ground) -> Result<()> {
    let url = url(ground)?;
    let (name, digest) = url.split_once('@').context("no digest")?;
    ensure!(
        name == format!("oci://{}/team/gamma-filter", ground.registry.address()),
        "{url}"
    );
    let version = env!("CARGO_PKG_VERSION");
    let by_tag = manifest(&ground.registry, version)?;
    let by_digest = manifest(&ground.registry, digest)?;
    ensure!(by_tag == by_digest, "the tag is another image");
    let (media_type, bytes) = by_digest;
    ensure!(media_type == MANIFEST, "{media_type}");
    ensure!(
        Digest::of(&bytes).to_string() == digest,
        "the URL has another digest"
    );
    let manifest: Value = serde_json::from_slice(&bytes)?;
    let layers = manifest["layers"].as_array().context("no layers")?;
    let last = layers.last().context("no layer")?;
    ensure!(last["mediaType"] == LAYER, "{last}");
    let layer = last["digest"].as_str().context("no digest")?;
    let blob = ground
        .registry
        .get(&format!("/v2/team/gamma-filter/blobs/{layer}"), "*/*")?;
    ensure!(
        Digest::of(&blob.body).to_string() == layer,
        "the layer is something else"
    );
    ensure!(module_in(&blob.body)? == fs::read(repository::path("dist/gamma-filter.wasm"))?);
    Ok(())
}

/// The first file whose base name is `plugin.wasm`, read by programs that are not ours.
fn module_in(layer: &[u8]) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("layer.tar.gz");
    fs::write(&path, layer)?;
    let mut tar = Command::new("tar");
    let output = tar
        .arg("-xzOf")
        .arg(&path)
        .args(["--wildcards", "*plugin.wasm"])
        .output()?;
    ensure!(output.status.success(), "{output:?}");
    Ok(output.stdout)
}

/// What BuildKit pushes by default is an index with the image in it. Its digest is the wrong one to name.
fn an_index_is_a_trap(ground: &Ground) -> Result<()> {
    let (_, digest) = url(ground)?.split_once('@').context("no digest")?;
    let (_, bytes) = manifest(&ground.registry, digest)?;
    let index = json!({
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [
            { "mediaType": MANIFEST, "digest": digest, "size": bytes.len(), "platform": { "os": "linux", "architecture": "amd64" } },
        ],
    });
    let text = index.to_string();
    let path = "/v2/team/gamma-filter/manifests/index";
    let put = ground.registry.put(path, INDEX, &text)?;
    ensure!(put.status == 201, "{} {}", put.status, put.text());
    let name = format!("oci://{}/team/gamma-filter", ground.registry.address());
    let asked = |end: &str| look_up(&format!("{name}{end}"), None, &DockerConfig::default());
    // By its tag the agent finds the image for linux/amd64, which is ours.
    let found = asked(":index")?;
    let is_ours = |found: &FoundModule| match found {
        FoundModule::Image { digest: found, .. } => found.to_string() == digest,
        FoundModule::File { .. } => false,
    };
    ensure!(is_ours(&found), "{found:?}");
    let error = asked(&format!("@{}", Digest::of(text.as_bytes()))).err();
    let is_trap = matches!(&error, Some(LookUpError::Digest { index: Some(_), .. }));
    ensure!(is_trap, "{error:?}");
    ensure!(is_ours(&asked(&format!("@{digest}"))?));
    Ok(())
}

/// What was printed goes into a WasmPlugin as it is. The gammactl is that of the image, in the network of the registry.
fn gammactl_writes_the_url(ground: &Ground) -> Result<()> {
    let url = url(ground)?;
    let shop = format!(
        "{}:/shop:ro",
        repository::path("examples/shop").canonicalize()?.display()
    );
    let words = [
        "run",
        "--rm",
        "--network",
        "host",
        "-v",
        &shop,
        "gammactl",
        "istio",
        "-f",
        "/shop",
        "--image",
        url,
    ];
    let written = docker(&words)?;
    let line = format!("url: \"{url}\"");
    ensure!(
        written.lines().any(|written| written.trim() == line),
        "no line `{line}`:\n{written}"
    );
    Ok(())
}
