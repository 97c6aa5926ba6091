//! The command `gammactl compile` writes the route config of manifests.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gamma_compile::{self as compile, status};
use gamma_config::Config;

use super::{
    bake,
    input::{CompiledInput, Input, namespace_or_none},
    output,
};

/// Compile manifests into the route config
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl compile -f routes/ -n shop -o config.json
  gammactl compile -f routes/ --status
  gammactl compile -f routes/ --cluster-names '{namespace}_{name}_{port}'
  gammactl compile -f routes/ -n shop --host other --bake gamma-filter-compat.wasm -o shop.wasm
  kubectl get httproutes,grpcroutes,services -A -o yaml | gammactl compile -f -")]
pub(super) struct CompileCommand {
    #[command(flatten)]
    input: Input,

    /// Compile for the clients of this namespace alone: consumer routes of others are left out.
    /// With '' for those of any namespace: the proxy's node metadata says which [default: that of -n]
    #[arg(long, value_name = "NAMESPACE", value_parser = namespace_or_none)]
    client_namespace: Option<String>,

    /// Print what `status.parents` of each route and `status.ancestors` of each policy would be,
    /// instead of the route config
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "yaml"
    )]
    status: Option<StatusFormat>,

    /// How the route config is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = WrittenFormat::Plain, conflicts_with = "status")]
    config_format: WrittenFormat,

    /// Write the filter with the route config in it, made of this gamma-filter-compat.wasm: for proxies whose
    /// configuration has no room for it
    #[arg(
        long,
        value_name = "MODULE",
        conflicts_with = "status",
        requires = "output"
    )]
    bake: Option<PathBuf>,

    /// Where to write the result [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WrittenFormat {
    /// As JSON that people can read
    Plain,
    /// In a twentieth of the space: {"gzip": "..."}
    Gzip,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StatusFormat {
    /// A document for each route and policy
    Yaml,
    /// One List
    Json,
}

pub(super) fn run(options: &CompileCommand) -> anyhow::Result<bool> {
    let mut compiled = CompiledInput::from(&options.input)?;
    // Notes are left out of the report; conditions have no use for them either.
    compiled.report();
    if !compiled.good(&options.input) {
        return Ok(false);
    }
    let path = options.output.as_deref();
    match options.status {
        None => {
            let config = config(options, compiled);
            if let (Some(module), Some(path)) = (&options.bake, path) {
                let compressed = matches!(options.config_format, WrittenFormat::Gzip);
                let text = bake::text(&config, compressed)?;
                let Some(baked) = bake::bake(module, &text)? else {
                    return Ok(false);
                };
                output::write_bytes(&baked, path)?;
                return Ok(true);
            }
            match options.config_format {
                WrittenFormat::Plain => output::write_json(&config, path)?,
                WrittenFormat::Gzip => output::write_json(&gamma_config::compress(&config)?, path)?,
            }
        }
        Some(format) => {
            let CompiledInput {
                manifests,
                attachments,
                diagnostics,
                ..
            } = &compiled;
            let routes = status::statuses(manifests, attachments, diagnostics);
            let policies = status::policy_statuses(manifests);
            let text = match format {
                StatusFormat::Yaml => status::yaml(&routes, &policies),
                StatusFormat::Json => status::json(&routes, &policies),
            };
            output::write(&text, path)?;
        }
    }
    Ok(true)
}

fn config(options: &CompileCommand, compiled: CompiledInput) -> Config {
    let client = options.client_namespace.as_ref();
    let client = client.or(options.input.flags.namespace.as_ref());
    let mut config = compiled.config;
    match client {
        Some(client) if !client.is_empty() => config = compile::for_clients_in(client, config),
        _ => config.settings.client_namespace = None,
    }
    config
}
