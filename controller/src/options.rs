//! What the controller is told at its start.

use std::{
    fmt,
    net::SocketAddr,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use clap::Parser;
use gamma_envoy::istio::Image;

/// Keep Istio's sidecars in step with the HTTPRoutes and GRPCRoutes of a cluster
#[derive(Debug, Clone, Parser)]
#[command(
    name = "gamma-controller",
    version,
    after_help = "\
The cluster is that of the pod it runs in, or that of $KUBECONFIG."
)]
pub struct ControllerOptions {
    /// Where the sidecars get the module: an oci://, https://, http:// or file:// URL
    #[arg(long, value_name = "URL", env = "GAMMA_IMAGE")]
    pub image: Image,

    /// Give another module to the sidecars of this namespace first, or to those of its pods that have a label, and
    /// to all others once these have taken it
    #[arg(long, value_name = "NAMESPACE[/KEY=VALUE]", env = "GAMMA_CANARY")]
    pub canary: Option<Canary>,

    /// Name of the WasmPlugin and the EnvoyFilter
    #[arg(long, value_name = "NAME", default_value = "gamma")]
    pub name: String,

    /// Istio's root namespace, where they are
    #[arg(long, value_name = "NAMESPACE", default_value = "istio-system")]
    pub root_namespace: String,

    /// By what name the controller signs the status of routes
    #[arg(
        long,
        value_name = "DOMAIN/PATH",
        default_value = "gamma.example/controller"
    )]
    pub controller_name: String,

    /// DNS suffix of the cluster
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local")]
    pub cluster_domain: String,

    /// Allow backendRefs to other namespaces only where a ReferenceGrant does
    #[arg(long)]
    pub require_reference_grants: bool,

    /// Count the responses of backends by their status, too: what a canary is judged by
    #[arg(long, env = "GAMMA_RESPONSE_METRICS")]
    pub response_metrics: bool,

    /// Leave routes with this label to others: nothing is made of them, and nothing is said on them
    #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
    pub ignore_routes: Option<(String, String)>,

    /// Where the Lease is that one of several replicas has
    #[arg(
        long,
        value_name = "NAMESPACE",
        env = "POD_NAMESPACE",
        default_value = "gamma-system"
    )]
    pub namespace: String,

    /// What this replica calls itself in the Lease [default: a name that no other one has]
    #[arg(long, value_name = "NAME", env = "POD_NAME", hide_env_values = true, default_value_t = identity())]
    pub identity: String,

    /// Where /livez, /readyz and /metrics are
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8080")]
    pub listen: SocketAddr,
}

/// The sidecars that get another module first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// Where their pods are.
    pub namespace: String,
    /// A label that they have; all pods of the namespace, if it is absent.
    pub selector: Option<(String, String)>,
}

impl FromStr for Canary {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A key may have a slash too.
        let (namespace, selector) = match text.split_once('/') {
            Some((namespace, selector)) => (namespace, Some(label(selector)?)),
            None => (text, None),
        };
        if namespace.is_empty() || namespace.contains('=') {
            return Err("write NAMESPACE or NAMESPACE/KEY=VALUE");
        }
        Ok(Self {
            namespace: namespace.into(),
            selector,
        })
    }
}

impl fmt::Display for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.namespace)?;
        match &self.selector {
            Some((key, value)) => write!(f, "/{key}={value}"),
            None => Ok(()),
        }
    }
}

fn label(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), value.into())),
        _ => Err("write KEY=VALUE"),
    }
}

fn identity() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    format!("gamma-controller-{}-{nanos:x}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_a_namespace_and_perhaps_a_label() {
        for text in ["shop", "shop/app=web", "shop/example.com/tier=a=b"] {
            let canary: Canary = text.parse().unwrap();
            assert_eq!(canary.namespace, "shop");
            assert_eq!(canary.to_string(), text);
        }
        for text in ["", "/app=web", "app=web", "shop/", "shop/app", "shop/=x"] {
            assert!(text.parse::<Canary>().is_err(), "{text}");
        }
    }
}
