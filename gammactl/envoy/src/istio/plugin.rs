//! The WasmPlugin: an object that tells Istio where the module is, and which route config it obeys.

use gamma_config::{Config, compress_json};
use serde_json::{Value, json};

use super::{
    object::metadata,
    options::{ConfigFormat, IstioOptions},
    plugin_fields::{FailStrategy, Phase, PullPolicy},
    scope::Scope,
};

/// What the filter is called in logs.
const PLUGIN: &str = "gamma";

pub(super) fn wasm_plugin(config: &Config, scope: &Scope, options: &IstioOptions) -> Value {
    let mut spec = json!({ "url": options.image.url });
    if !options.selector.is_empty() {
        spec["selector"] = json!({ "matchLabels": options.selector });
    }
    if let Some(sha256) = &options.image.sha256 {
        spec["sha256"] = sha256.as_str().into();
    }
    if let Some(policy) = options.image_pull_policy {
        spec["imagePullPolicy"] = match policy {
            PullPolicy::IfNotPresent => "IfNotPresent",
            PullPolicy::Always => "Always",
        }
        .into();
    }
    if let Some(secret) = &options.image_pull_secret {
        spec["imagePullSecret"] = secret.as_str().into();
    }
    spec["pluginName"] = PLUGIN.into();
    spec["phase"] = match options.phase {
        Phase::Unspecified => "UNSPECIFIED_PHASE",
        Phase::Authn => "AUTHN",
        Phase::Authz => "AUTHZ",
        Phase::Stats => "STATS",
    }
    .into();
    if let Some(priority) = options.priority {
        spec["priority"] = priority.into();
    }
    spec["failStrategy"] = match options.fail_strategy {
        FailStrategy::Reload => "FAIL_RELOAD",
        FailStrategy::Close => "FAIL_CLOSE",
        FailStrategy::Open => "FAIL_OPEN",
    }
    .into();
    // Routes are for what a client sends, and decided once: not again where it arrives.
    spec["match"] = json!([{ "mode": "CLIENT" }]);
    spec["pluginConfig"] = plugin_config(config, options.config_format);
    json!({
        "apiVersion": "extensions.istio.io/v1alpha1",
        "kind": "WasmPlugin",
        "metadata": metadata(scope, options),
        "spec": spec,
    })
}

/// Bytes of JSON from which on a route config is compressed: twice that is what `kubectl apply` without
/// `--server-side` takes.
const LARGE: usize = 128 * 1024;

fn plugin_config(config: &Config, format: ConfigFormat) -> Value {
    let above = match format {
        ConfigFormat::Plain => return json!(config),
        ConfigFormat::Gzip => 0,
        ConfigFormat::Auto => LARGE,
    };
    // Without a tree of values, which takes ten times as long.
    match serde_json::to_vec(config) {
        Ok(text) if text.len() > above => json!(compress_json(&text)),
        _ => json!(config),
    }
}
