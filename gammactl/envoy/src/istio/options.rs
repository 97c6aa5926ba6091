//! Everything besides the route config that the objects for Istio depend on.

use std::collections::BTreeMap;

use super::plugin_fields::{FailStrategy, Image, Phase, PullPolicy};

/// What the objects depend on besides the route config.
#[derive(Debug, Clone)]
pub struct IstioOptions {
    /// Name of both objects.
    pub name: String,
    /// Where the module is.
    pub image: Image,
    /// When the module is downloaded anew; Istio decides by the tag if this is absent.
    pub image_pull_policy: Option<PullPolicy>,
    /// Name of a Secret in the namespace of the plugin.
    pub image_pull_secret: Option<String>,
    /// Where in the filter chain the filter runs.
    pub phase: Phase,
    /// Among plugins of one phase the one with the highest priority is first.
    pub priority: Option<i32>,
    /// What happens to requests when the module can't run.
    pub fail_strategy: FailStrategy,
    /// Whether the route config is compressed.
    pub config_format: ConfigFormat,
    /// Labels of the workloads whose sidecars get it; all, if there are none.
    pub selector: BTreeMap<String, String>,
    /// Whether the host of mirrored copies ends with `-shadow`, as Envoy has it by default.
    pub mirror_host_suffix: bool,
    /// Whether requests of rules without `retry` are tried again as Istio does by default.
    pub default_retries: bool,
}

impl IstioOptions {
    /// For objects called `name`, and otherwise what `gammactl istio` has without options.
    #[must_use]
    pub fn new(name: impl Into<String>, image: Image) -> Self {
        Self {
            name: name.into(),
            image,
            image_pull_policy: None,
            image_pull_secret: None,
            phase: Phase::Unspecified,
            priority: None,
            fail_strategy: FailStrategy::Reload,
            config_format: ConfigFormat::Auto,
            selector: BTreeMap::new(),
            mirror_host_suffix: false,
            default_retries: true,
        }
    }
}

/// How `pluginConfig` holds the route config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConfigFormat {
    /// Plain while it is small enough to be read by people and by `kubectl apply`, which keeps a copy.
    #[default]
    Auto,
    /// As it is.
    Plain,
    /// As `{"gzip": "…"}`.
    Gzip,
}
