//! The command `gammactl istio` writes the objects that put the filter into Istio's sidecars.

mod clients;
mod comment;
mod module;
mod plugin;

use std::path::PathBuf;

use clap::Args;
use gamma_compile::ClusterNaming;
use gamma_envoy::{
    istio,
    istio::{IstioObject, Scope},
};
use gamma_manifest::diagnostic::Severity;

use self::{clients::ClientFlags, plugin::PluginFlags};
use super::{
    input::{CompiledInput, Input},
    output,
};

/// Write a WasmPlugin and an EnvoyFilter that put the filter into Istio's sidecars
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl istio -f routes/ --image oci://registry.example.com/gamma-filter:0.1.0 -o gamma.yaml
  kubectl apply --server-side -f gamma.yaml

  gammactl istio -f routes/ --client-namespace shop --selector app=web \\
                 --image https://example.com/gamma-filter.wasm --wasm dist/gamma-filter.wasm

The module is looked up before anything is written: sidecars that can't get it answer all of their
outbound requests 403. --offline leaves that out.

Without --client-namespace and -n the objects are for the whole mesh, in Istio's root namespace.")]
pub(super) struct IstioCommand {
    #[command(flatten)]
    input: Input,

    #[command(flatten)]
    plugin: PluginFlags,

    #[command(flatten)]
    clients: ClientFlags,

    /// Let the host of mirrored requests end with `-shadow`, as Envoy does by default
    #[arg(long)]
    mirror_host_suffix: bool,

    /// Let a request of a rule without `retry` fail at its first attempt; otherwise Istio's defaults apply
    /// to it: two retries where no endpoint has answered
    #[arg(long)]
    no_default_retries: bool,

    /// Revisions of the mesh's istiods: a route in the cluster that is labelled with one of them, or with
    /// `default`, is obeyed by Istio too
    #[arg(long, value_name = "REVISION", num_args = 1..)]
    istio_revision: Vec<String>,

    /// Where to write the objects [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(options: &IstioCommand) -> anyhow::Result<bool> {
    let mut istio_options = options.plugin.options(options.mirror_host_suffix)?;
    istio_options.default_retries = !options.no_default_retries;
    let compile_options = options.input.compile_options_for(ClusterNaming::Istio);
    let mut compiled = CompiledInput::with(&options.input, &compile_options)?;
    let CompiledInput {
        manifests,
        config,
        attachments,
        diagnostics,
        ..
    } = &mut compiled;
    let namespace = options.input.flags.namespace.as_deref();
    let scopes = options.clients.scopes(namespace, manifests);
    let revisions = &options.istio_revision;
    istio::advise(manifests, attachments, &scopes, revisions, diagnostics);
    options.clients.check_services(&scopes, config)?;
    let note = match (options.plugin.offline, diagnostics.any(Severity::Error)) {
        (false, false) => module::check(&mut istio_options, diagnostics)?,
        _ => module::not_looked_up(&istio_options.image),
    };
    let of = |scope: &Scope| {
        let config = istio::needed(config.clone(), scope, &options.clients.services);
        istio::objects(&config, scope, &istio_options)
    };
    let objects: Vec<IstioObject> = scopes.iter().flat_map(of).collect();
    let split = !matches!(*scopes, [Scope::Mesh { .. }]);
    istio::check_sizes(&objects, config, split, diagnostics);
    diagnostics.sort();
    compiled.report();
    if !compiled.good(&options.input) {
        return Ok(false);
    }
    output::note(&note);
    let text = istio::yaml(
        &objects,
        &comment::comment(options.output.as_deref(), &istio_options.name, &scopes),
    );
    output::write(&text, options.output.as_deref())?;
    Ok(true)
}
