//! The options of `gammactl istio` that say what the plugin is and how it runs.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use gamma_envoy::{
    istio,
    istio::{Image, IstioOptions},
};
use gamma_registry::Digest;

use crate::input::namespace_or_none;

#[derive(Debug, Args)]
pub(super) struct PluginFlags {
    /// Where the sidecars get the module: an oci://, https://, http:// or file:// URL
    #[arg(long, value_name = "URL")]
    image: Image,

    /// Name of the objects: with different --selector one namespace may have several
    #[arg(long, value_name = "NAME", default_value = "gamma", value_parser = object_name)]
    name: String,

    /// SHA-256 of what is downloaded; of an OCI image it is the digest of its manifest
    #[arg(long, value_name = "HEX", conflicts_with = "wasm")]
    sha256: Option<String>,

    /// The module behind an http:// or https:// URL, to compute --sha256 of
    #[arg(long, value_name = "FILE")]
    wasm: Option<PathBuf>,

    /// Write the objects without looking the module up
    #[arg(long)]
    pub(super) offline: bool,

    /// When an OCI image is pulled again [default: Istio decides by its tag]
    #[arg(long, value_enum, value_name = "POLICY")]
    image_pull_policy: Option<PullPolicyFlag>,

    /// Secret in the namespace of the WasmPlugin by which the image is pulled
    #[arg(long, value_name = "NAME")]
    image_pull_secret: Option<String>,

    /// Where in the filter chain the filter runs [default: behind authorization, before faults, CORS and
    /// statistics]
    #[arg(long, value_enum, value_name = "PHASE")]
    phase: Option<PhaseFlag>,

    /// Place among the plugins of one phase: the highest is first
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    priority: Option<i32>,

    /// What becomes of requests when the module can't run
    #[arg(long, value_enum, value_name = "STRATEGY", default_value_t = FailStrategyFlag::Reload)]
    fail_strategy: FailStrategyFlag,

    /// How the WasmPlugin holds the route config
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ConfigFormatFlag::Auto)]
    config_format: ConfigFormatFlag,

    /// Label of the workloads that get the filter [default: all of them]
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = label)]
    selector: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PullPolicyFlag {
    IfNotPresent,
    Always,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PhaseFlag {
    /// Before Istio's authentication
    Authn,
    /// Before Istio's authorization
    Authz,
    /// Before Istio's statistics
    Stats,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailStrategyFlag {
    /// FAIL_RELOAD: answered 503 until a new VM is there, at once. Older Istios don't know it
    Reload,
    /// FAIL_CLOSE: answered 503
    Close,
    /// FAIL_OPEN: served by Istio's own routes
    Open,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ConfigFormatFlag {
    /// Compressed from 128 KiB on
    Auto,
    /// As JSON that people can read
    Plain,
    /// Compressed: {"gzip": "..."}
    Gzip,
}

fn object_name(text: &str) -> Result<String, String> {
    match text {
        "" => Err("an object has a name".into()),
        // Not as much as Kubernetes allows, but enough to call them something.
        name => namespace_or_none(name).map_err(|_| {
            "the name of an object has lower-case letters, digits and `-` only".into()
        }),
    }
}

/// As the CRD has it; what Kubernetes itself says of labels is left to Kubernetes.
fn label(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    if key.is_empty() {
        return Err("the key is missing: write KEY=VALUE");
    }
    if text.contains('*') {
        return Err("a label is matched as it is, without wildcards");
    }
    if value.len() > 63 {
        return Err("the value of a label has 63 characters at most");
    }
    Ok((key.into(), value.into()))
}

impl PluginFlags {
    pub(super) fn options(&self, mirror_host_suffix: bool) -> anyhow::Result<IstioOptions> {
        Ok(IstioOptions {
            name: self.name.clone(),
            image: self.image()?,
            image_pull_policy: self.image_pull_policy.map(|policy| match policy {
                PullPolicyFlag::IfNotPresent => istio::PullPolicy::IfNotPresent,
                PullPolicyFlag::Always => istio::PullPolicy::Always,
            }),
            image_pull_secret: self.image_pull_secret.clone(),
            phase: match self.phase {
                None => istio::Phase::Unspecified,
                Some(PhaseFlag::Authn) => istio::Phase::Authn,
                Some(PhaseFlag::Authz) => istio::Phase::Authz,
                Some(PhaseFlag::Stats) => istio::Phase::Stats,
            },
            priority: self.priority,
            fail_strategy: match self.fail_strategy {
                FailStrategyFlag::Reload => istio::FailStrategy::Reload,
                FailStrategyFlag::Close => istio::FailStrategy::Close,
                FailStrategyFlag::Open => istio::FailStrategy::Open,
            },
            config_format: match self.config_format {
                ConfigFormatFlag::Auto => istio::ConfigFormat::Auto,
                ConfigFormatFlag::Plain => istio::ConfigFormat::Plain,
                ConfigFormatFlag::Gzip => istio::ConfigFormat::Gzip,
            },
            selector: self.selector.iter().cloned().collect(),
            mirror_host_suffix,
            default_retries: true,
        })
    }

    /// The image with its hash, if any.
    fn image(&self) -> anyhow::Result<Image> {
        let image = self.image.clone();
        if let Some(sha256) = &self.sha256 {
            return image.checked_by(sha256).context("--sha256");
        }
        let Some(path) = &self.wasm else {
            return Ok(image);
        };
        if !image.is_module() {
            bail!(
                "--wasm is of use with an http:// or https:// URL only: `sha256` of an OCI image is the \
                 digest of its manifest, so pass that with --sha256, or end the URL with @sha256:DIGEST"
            );
        }
        let module = fs::read(path).with_context(|| path.display().to_string())?;
        if !module.starts_with(b"\0asm") {
            bail!("{}: this is no WebAssembly module", path.display());
        }
        Ok(image.checked_by(Digest::of(&module).hex())?)
    }
}
