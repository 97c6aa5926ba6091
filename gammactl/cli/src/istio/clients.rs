//! The options of `gammactl istio` that say which clients get the filter.

use anyhow::bail;
use clap::Args;
use gamma_config::Config;
use gamma_envoy::istio::{Scope, ServicePattern, client_namespaces};
use gamma_manifest::Manifests;

use crate::input::namespace_or_none;

#[derive(Debug, Args)]
pub(super) struct ClientFlags {
    /// Write objects for the clients of these namespaces alone, into these namespaces; with '' for
    /// the whole mesh [default: that of -n]
    #[arg(
        long,
        value_name = "NAMESPACE",
        num_args = 1..,
        value_parser = namespace_or_none,
        conflicts_with = "split_by_namespace"
    )]
    client_namespace: Vec<String>,

    /// Write objects for each namespace in the input
    #[arg(long)]
    split_by_namespace: bool,

    /// Services that the clients call, such as shop/cart, shop/* or ./*, which is their own
    /// namespace; routes of others are left out [default: all of them]
    #[arg(long, value_name = "NAMESPACE/NAME", num_args = 1..)]
    pub(super) services: Vec<ServicePattern>,

    /// Istio's root namespace
    #[arg(long, value_name = "NAMESPACE", default_value = "istio-system")]
    root_namespace: String,
}

impl ClientFlags {
    /// The clients that get the filter; `namespace` is that of `-n`.
    pub(super) fn scopes(&self, namespace: Option<&str>, manifests: &Manifests) -> Vec<Scope> {
        let of = |namespaces: Vec<String>| namespaces.into_iter().map(Scope::Namespace).collect();
        if self.split_by_namespace {
            return of(client_namespaces(manifests).into_iter().collect());
        }
        let mut clients = self.client_namespace.clone();
        if clients.is_empty() {
            clients.extend(namespace.map(str::to_owned));
        }
        clients.sort();
        clients.dedup();
        if clients.iter().any(String::is_empty) || clients.is_empty() {
            vec![Scope::Mesh {
                root_namespace: self.root_namespace.clone(),
            }]
        } else {
            of(clients)
        }
    }

    /// Refuses a pattern of Services that none of the clients has a use for.
    pub(super) fn check_services(&self, scopes: &[Scope], config: &Config) -> anyhow::Result<()> {
        for pattern in &self.services {
            let fits = |scope: &Scope| {
                let client = scope.client_namespace();
                let mut services = config.services.iter();
                services.any(|service| pattern.fits(service, client))
            };
            if !scopes.iter().any(fits) {
                bail!(
                    "--services {pattern}: there is no such Service{}",
                    match scopes {
                        [Scope::Mesh { .. }] if pattern.to_string().starts_with("./") =>
                            "; `.` is a client's own namespace, so add --split-by-namespace",
                        _ => "",
                    }
                );
            }
        }
        Ok(())
    }
}
