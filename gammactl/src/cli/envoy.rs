//! `gammactl envoy`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use super::{
    input::{Compiled, Input},
    output,
};
use crate::envoy::{self, EnvoyOptions};

/// Write an Envoy bootstrap with the filter, its config and a cluster per backend
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl envoy -f routes/ -n shop --listen 127.0.0.1:10000 --admin 127.0.0.1:9901 \\
                 --wasm dist/gamma-filter.wasm -o envoy.yaml
  envoy -c envoy.yaml

Endpoints come from the EndpointSlices in the input; a Service without any is resolved by DNS.
A file that ends in .json is written as JSON, anything else as YAML.")]
pub(super) struct Envoy {
    #[command(flatten)]
    input: Input,

    /// Where to accept requests
    #[arg(long, required = true, num_args = 1.., value_name = "ADDR:PORT")]
    listen: Vec<SocketAddr>,

    /// Where to serve Envoy's admin interface [default: nowhere]
    #[arg(long, value_name = "ADDR:PORT")]
    admin: Option<SocketAddr>,

    /// Path of gamma-filter.wasm, as Envoy will see it
    #[arg(long, value_name = "FILE")]
    wasm: String,

    /// Let the host of mirrored requests end with `-shadow`, as Envoy does by default
    #[arg(long)]
    mirror_host_suffix: bool,

    /// Where to write the bootstrap [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(options: &Envoy) -> anyhow::Result<bool> {
    let mut compiled = Compiled::from(&options.input)?;
    compiled.report();
    if !compiled.good(&options.input) {
        return Ok(false);
    }
    let bootstrap = envoy::bootstrap(
        &compiled.manifests,
        &compiled.config,
        &options.input.compile_options(),
        &EnvoyOptions {
            listen: options.listen.clone(),
            admin: options.admin,
            wasm: options.wasm.clone(),
            mirror_host_suffix: options.mirror_host_suffix,
        },
    );
    let path = options.output.as_deref();
    let is_json = path.is_some_and(|path| path.extension().is_some_and(|ext| ext == "json"));
    let text = if is_json {
        envoy::write_json(&bootstrap)
    } else {
        let file = path.map_or("FILE".into(), |path| path.display().to_string());
        let comment = format!(
            "Written by gammactl. Run it:\n  envoy -c {file}\n\
             The route config is in the `configuration` of the filter `gamma`."
        );
        envoy::write_yaml(&bootstrap, &comment)
    };
    output::write(&text, path)?;
    Ok(true)
}
