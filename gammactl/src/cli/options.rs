//! Commands and their options.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::compile::{self, ClusterNames};

const NEXT: &str = "\
What to do next:
  gammactl check -f routes/                    what is wrong with these manifests
  gammactl compile -f routes/ -o config.json   the route config for the filter
  gammactl envoy -f routes/ --listen 127.0.0.1:10000 --wasm gamma-filter.wasm -o envoy.yaml
                                               a whole Envoy around it";

/// Gateway API routes for Services, compiled for the Gamma filter.
#[derive(Debug, Parser)]
#[command(name = "gammactl", version = VERSION, after_help = NEXT)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (route config version 1)");
const _: () = assert!(gamma_config::VERSION == 1);

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compile manifests into the route config
    #[command(after_help = "\
Examples:
  gammactl compile -f routes/ -n shop -o config.json
  kubectl get httproutes,grpcroutes,services -A -o yaml | gammactl compile -f -")]
    Compile(Compile),

    /// Say what is wrong with manifests, and write nothing
    #[command(after_help = "\
Examples:
  gammactl check -f routes/
  gammactl check -f routes/ --strict --output json")]
    Check(Check),

    /// Write an Envoy bootstrap with the filter, its config and a cluster per backend
    #[command(after_help = "\
Examples:
  gammactl envoy -f routes/ -n shop --listen 127.0.0.1:10000 --admin 127.0.0.1:9901 \\
                 --wasm dist/gamma-filter.wasm -o envoy.yaml
  envoy -c envoy.yaml

Endpoints come from the EndpointSlices in the input; a Service without any is resolved by DNS.
A file that ends in .json is written as JSON, anything else as YAML.")]
    Envoy(Envoy),
}

/// What every command reads.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// Manifests: a file, a directory, or - for standard input
    #[arg(short, long = "filename", required = true, num_args = 1.., value_name = "PATH")]
    pub(super) filename: Vec<String>,

    /// The clients' namespace; manifests that name no namespace are put there too, as kubectl does
    #[arg(short, long)]
    pub(super) namespace: Option<String>,

    /// DNS suffix of the Kubernetes cluster
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local")]
    cluster_domain: String,

    /// Allow backendRefs to other namespaces only where a ReferenceGrant does
    #[arg(long)]
    require_reference_grants: bool,

    /// Obey `hostnames` of routes; without it they mean nothing where the parent is a Service
    #[arg(long)]
    honor_hostnames: bool,

    /// Turn something off that costs a little of every request
    #[arg(long, value_enum, value_name = "WHAT", num_args = 1..)]
    without: Vec<Extra>,

    /// What the proxy calls its clusters
    #[arg(long, value_enum, value_name = "SCHEME", default_value_t = Scheme::Standalone)]
    cluster_names: Scheme,

    /// Fail on warnings
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scheme {
    /// namespace/name/port, as `gammactl envoy` defines them
    Standalone,
    /// outbound|port||name.namespace.svc.domain, as Istio defines them
    Istio,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Extra {
    /// Counters by route, rule and backend
    Metrics,
    /// The name of the rule for access logs
    RuleProperty,
    /// x-gamma-reason on answers that the filter gives itself
    ReasonHeader,
}

#[derive(Debug, Args)]
pub(super) struct Compile {
    #[command(flatten)]
    pub(super) input: Input,

    /// Where to write the route config [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) input: Input,

    /// How to write the findings
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    pub(super) output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct Envoy {
    #[command(flatten)]
    pub(super) input: Input,

    /// Where to accept requests
    #[arg(long, required = true, num_args = 1.., value_name = "ADDR:PORT")]
    pub(super) listen: Vec<SocketAddr>,

    /// Where to serve Envoy's admin interface [default: nowhere]
    #[arg(long, value_name = "ADDR:PORT")]
    pub(super) admin: Option<SocketAddr>,

    /// Path of gamma-filter.wasm, as Envoy will see it
    #[arg(long, value_name = "FILE")]
    pub(super) wasm: String,

    /// Let the host of mirrored requests end with `-shadow`, as Envoy does by default
    #[arg(long)]
    pub(super) mirror_host_suffix: bool,

    /// Where to write the bootstrap [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

impl Input {
    pub(super) fn default_namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or("default")
    }

    pub(super) fn compile_options(&self) -> compile::Options {
        compile::Options {
            client_namespace: self.namespace.clone(),
            cluster_domain: self.cluster_domain.clone(),
            require_reference_grants: self.require_reference_grants,
            honor_hostnames: self.honor_hostnames,
            metrics: !self.without.contains(&Extra::Metrics),
            rule_property: !self.without.contains(&Extra::RuleProperty),
            reason_header: !self.without.contains(&Extra::ReasonHeader),
            cluster_names: match self.cluster_names {
                Scheme::Standalone => ClusterNames::Standalone,
                Scheme::Istio => ClusterNames::Istio,
            },
        }
    }
}
