//! The module is looked up before any sidecar is told of it: one that can't be had is an outage.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use gamma_envoy::istio::Image;
use gamma_registry::{Digest, DockerConfig, FoundModule, look_up};
use kube::{Api, Client, api::DynamicObject};
use serde_json::{Value, json};
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

use crate::{
    apply::{WASM_PLUGIN, resource},
    in_time::in_time,
    log::{Level, write},
    metrics::ControllerMetrics,
    options::ControllerOptions,
};

/// How long after a failure the registry is asked again.
const AGAIN: Duration = Duration::from_secs(15);

/// Looks the module up until it is found, and says to `found` what it is.
///
/// Each replica does so at its start, so that one whose module can't be had does not become ready, and another one
/// that takes over need not ask.
pub(crate) async fn find(
    client: Client,
    options: ControllerOptions,
    metrics: Arc<ControllerMetrics>,
    found: watch::Sender<Option<Image>>,
) {
    loop {
        let image = options.image.clone();
        let error = match spawn_blocking(move || in_registry(image)).await {
            Ok(Ok(image)) => {
                write(
                    Level::Info,
                    "the module was found",
                    json!({ "url": image.url }),
                );
                let _ = found.send(Some(image));
                return;
            }
            Ok(Err(error)) => format!("{error:#}"),
            Err(error) => error.to_string(),
        };
        if let Some(image) = in_cluster(&client, &options).await {
            let fields = json!({ "url": image.url, "error": error });
            write(
                Level::Warning,
                "the module was found earlier, but not now",
                fields,
            );
            let _ = found.send(Some(image));
            return;
        }
        metrics.refusals.inc();
        let message = "the module can't be had, and no sidecar is told of it";
        write(Level::Error, message, json!({ "error": error }));
        sleep(AGAIN).await;
    }
}

/// `image` as its registry has it, pinned by its digest. Blocks until that has answered.
fn in_registry(mut image: Image) -> Result<Image> {
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

/// The module of the cluster's WasmPlugin, if there is one.
pub(crate) async fn of_plugin(
    client: &Client,
    options: &ControllerOptions,
) -> kube::Result<Option<Image>> {
    let plugin = resource(WASM_PLUGIN.api_version, WASM_PLUGIN.name);
    let plugins: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), &options.root_namespace, &plugin);
    let existing = in_time(plugins.get_opt(&options.name)).await?;
    Ok(existing.and_then(|existing| {
        let text = |pointer: &str| existing.data.pointer(pointer).and_then(Value::as_str);
        Some(Image {
            url: text("/spec/url")?.into(),
            sha256: text("/spec/sha256").map(str::to_owned),
        })
    }))
}

/// The same, if it was found at the URL that is wanted.
async fn in_cluster(client: &Client, options: &ControllerOptions) -> Option<Image> {
    let existing = of_plugin(client, options).await.ok()??;
    same_module(&options.image, &existing).then_some(existing)
}

/// Whether `existing` is the module `wanted`, and says which by a digest.
fn same_module(wanted: &Image, existing: &Image) -> bool {
    let (url, sha256) = (&existing.url, &existing.sha256);
    let pinned_since = || url.starts_with(&format!("{}@sha256:", wanted.url));
    let pinned_before = || *url == wanted.url && (url.contains("@sha256:") || sha256.is_some());
    let same_hash = wanted.sha256.is_none() || wanted.sha256 == *sha256;
    same_hash && (pinned_since() || pinned_before())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_counts_only_with_a_digest() {
        let digest = "@sha256:aa";
        let of = |url: &str, sha256: Option<&str>| Image {
            url: url.into(),
            sha256: sha256.map(str::to_owned),
        };
        let (tag, hash) = ("oci://r/gamma:1", Some("bb"));
        // Wanted, and the plugin's URL and hash.
        let table = [
            (of(tag, None), format!("{tag}{digest}"), None, true),
            (of(tag, None), tag.to_owned(), None, false),
            (
                of(tag, None),
                format!("oci://r/gamma:2{digest}"),
                None,
                false,
            ),
            (
                of(&format!("{tag}{digest}"), None),
                format!("{tag}{digest}"),
                None,
                true,
            ),
            (
                of("https://r/g.wasm", None),
                "https://r/g.wasm".into(),
                hash,
                true,
            ),
            (
                of("https://r/g.wasm", Some("cc")),
                "https://r/g.wasm".into(),
                hash,
                false,
            ),
        ];
        for (wanted, url, sha256, expected) in table {
            let existing = of(&url, sha256);
            assert_eq!(
                same_module(&wanted, &existing),
                expected,
                "{wanted:?} {existing:?}"
            );
        }
    }
}
