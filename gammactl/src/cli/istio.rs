//! `gammactl istio`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use sha2::{Digest as _, Sha256};

use super::{
    input::{Compiled, Input, namespace_or_none},
    output,
};
use crate::{
    compile::ClusterNames,
    diagnostic::{Diagnostic, codes},
    istio::{self, Image, IstioOptions, Object, Scope, ServicePattern, Size},
};

/// Write a WasmPlugin and an EnvoyFilter that put the filter into Istio's sidecars
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl istio -f routes/ --image oci://registry.example.com/gamma-filter:0.1.0 -o gamma.yaml
  kubectl apply --server-side -f gamma.yaml

  gammactl istio -f routes/ --client-namespace shop --selector app=web \\
                 --image https://example.com/gamma-filter.wasm --wasm dist/gamma-filter.wasm

Without --client-namespace and -n the objects are for the whole mesh, in Istio's root namespace.")]
pub(super) struct Istio {
    #[command(flatten)]
    input: Input,

    /// Where the sidecars get the module: an oci://, https://, http:// or file:// URL
    #[arg(long, value_name = "URL")]
    image: Image,

    /// Name of the objects: with different --selector one namespace may have several
    #[arg(long, value_name = "NAME", default_value = "gamma", value_parser = object_name)]
    name: String,

    /// SHA-256 of what is downloaded; of an OCI image it is the digest of the image
    #[arg(long, value_name = "HEX", conflicts_with = "wasm")]
    sha256: Option<String>,

    /// The module behind an http:// or https:// URL, to compute --sha256 of
    #[arg(long, value_name = "FILE")]
    wasm: Option<PathBuf>,

    /// When an OCI image is pulled again [default: Istio decides by its tag]
    #[arg(long, value_enum, value_name = "POLICY")]
    image_pull_policy: Option<PullPolicy>,

    /// Secret in the namespace of the WasmPlugin by which the image is pulled
    #[arg(long, value_name = "NAME")]
    image_pull_secret: Option<String>,

    /// Where in the filter chain the filter runs [default: just before the router]
    #[arg(long, value_enum, value_name = "PHASE")]
    phase: Option<Phase>,

    /// Place among the plugins of one phase: the highest is first
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    priority: Option<i32>,

    /// What becomes of requests when the module can't run
    #[arg(long, value_enum, value_name = "STRATEGY", default_value_t = FailStrategy::Reload)]
    fail_strategy: FailStrategy,

    /// Label of the workloads that get the filter [default: all of them]
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = label)]
    selector: Vec<(String, String)>,

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

    /// Write objects for each namespace in the input. Done without being asked if one object for
    /// the whole mesh would be too large
    #[arg(long)]
    split_by_namespace: bool,

    /// Services that the clients call, such as shop/cart, shop/* or ./*, which is their own
    /// namespace; routes of others are left out [default: all of them]
    #[arg(long, value_name = "NAMESPACE/NAME", num_args = 1..)]
    services: Vec<ServicePattern>,

    /// Istio's root namespace
    #[arg(long, value_name = "NAMESPACE", default_value = "istio-system")]
    root_namespace: String,

    /// Let the host of mirrored requests end with `-shadow`, as Envoy does by default
    #[arg(long)]
    mirror_host_suffix: bool,

    /// Where to write the objects [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PullPolicy {
    IfNotPresent,
    Always,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Phase {
    /// Before Istio's authentication
    Authn,
    /// Before Istio's authorization
    Authz,
    /// Before Istio's statistics
    Stats,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailStrategy {
    /// FAIL_RELOAD: answered 503 until a new VM is there, at once. Older Istios don't know it
    Reload,
    /// FAIL_CLOSE: answered 503
    Close,
    /// FAIL_OPEN: served by Istio's own routes
    Open,
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

pub(super) fn run(options: &Istio) -> anyhow::Result<bool> {
    let image = image(options)?;
    let compile_options = options.input.compile_options_for(ClusterNames::Istio);
    let mut compiled = Compiled::with(&options.input, &compile_options)?;
    istio::advise(
        &compiled.manifests,
        &compiled.attachments,
        &mut compiled.diagnostics,
    );
    let istio_options = options.istio_options(image);
    let (scopes, objects) = objects(options, &istio_options, &mut compiled)?;
    let split = !matches!(*scopes, [Scope::Mesh { .. }]);
    istio::check_sizes(&objects, &compiled.config, split, &mut compiled.diagnostics);
    compiled.diagnostics.sort();
    compiled.report();
    if !compiled.good(&options.input) {
        return Ok(false);
    }
    let text = istio::yaml(&objects, &comment(options, &scopes));
    output::write(&text, options.output.as_deref())?;
    Ok(true)
}

impl Istio {
    fn istio_options(&self, image: Image) -> IstioOptions {
        IstioOptions {
            name: self.name.clone(),
            image,
            image_pull_policy: self.image_pull_policy.map(|policy| match policy {
                PullPolicy::IfNotPresent => istio::PullPolicy::IfNotPresent,
                PullPolicy::Always => istio::PullPolicy::Always,
            }),
            image_pull_secret: self.image_pull_secret.clone(),
            phase: match self.phase {
                None => istio::Phase::Unspecified,
                Some(Phase::Authn) => istio::Phase::Authn,
                Some(Phase::Authz) => istio::Phase::Authz,
                Some(Phase::Stats) => istio::Phase::Stats,
            },
            priority: self.priority,
            fail_strategy: match self.fail_strategy {
                FailStrategy::Reload => istio::FailStrategy::Reload,
                FailStrategy::Close => istio::FailStrategy::Close,
                FailStrategy::Open => istio::FailStrategy::Open,
            },
            selector: self.selector.iter().cloned().collect::<BTreeMap<_, _>>(),
            mirror_host_suffix: self.mirror_host_suffix,
        }
    }

    /// Whose clients get the filter, before anything is found too large.
    fn scopes(&self, compiled: &Compiled) -> Vec<Scope> {
        let of = |namespaces: Vec<String>| namespaces.into_iter().map(Scope::Namespace).collect();
        if self.split_by_namespace {
            return of(istio::client_namespaces(&compiled.manifests)
                .into_iter()
                .collect());
        }
        let mut clients = self.client_namespace.clone();
        if clients.is_empty() {
            clients.extend(self.input.flags.namespace.clone());
        }
        clients.sort();
        clients.dedup();
        match clients.iter().any(String::is_empty) || clients.is_empty() {
            true => vec![Scope::Mesh {
                root_namespace: self.root_namespace.clone(),
            }],
            false => of(clients),
        }
    }
}

/// The image with its hash, if any.
fn image(options: &Istio) -> anyhow::Result<Image> {
    let image = options.image.clone();
    if let Some(sha256) = &options.sha256 {
        return image.checked_by(sha256).context("--sha256");
    }
    let Some(path) = &options.wasm else {
        return Ok(image);
    };
    if !image.is_module() {
        bail!(
            "--wasm is of use with an http:// or https:// URL only: `sha256` of an OCI image is the \
             digest of the image, so pass that with --sha256, or end the URL with @sha256:DIGEST"
        );
    }
    let module = fs::read(path).with_context(|| path.display().to_string())?;
    if !module.starts_with(b"\0asm") {
        bail!("{}: this is no WebAssembly module", path.display());
    }
    let digest: String = Sha256::digest(&module)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(image.checked_by(&digest)?)
}

fn objects(
    options: &Istio,
    istio_options: &IstioOptions,
    compiled: &mut Compiled,
) -> anyhow::Result<(Vec<Scope>, Vec<Object>)> {
    let all_of = |scopes: &[Scope], compiled: &Compiled| -> Vec<Object> {
        let of = |scope: &Scope| {
            let config = istio::needed(&compiled.config, scope, &options.services);
            istio::objects(&config, scope, istio_options)
        };
        scopes.iter().flat_map(of).collect()
    };
    let scopes = options.scopes(compiled);
    for pattern in &options.services {
        let fits = |scope: &Scope| {
            let services = compiled.config.services.iter();
            services
                .filter(|service| pattern.fits(service, scope.client_namespace()))
                .count()
                > 0
        };
        if !scopes.iter().any(fits) {
            bail!(
                "--services {pattern}: there is no such Service{}",
                match scopes.as_slice() {
                    [Scope::Mesh { .. }] if pattern.to_string().starts_with("./") =>
                        "; `.` is a client's own namespace, so add --split-by-namespace",
                    _ => "",
                }
            );
        }
    }
    let objects = all_of(&scopes, compiled);
    let large = objects.iter().find(|object| Size::of(object).is_large());
    let (Some(large), [Scope::Mesh { .. }]) = (large, scopes.as_slice()) else {
        return Ok((scopes, objects));
    };
    let namespaces = istio::client_namespaces(&compiled.manifests);
    let diagnostic = Diagnostic {
        code: &codes::OBJECT_LARGE,
        message: format!(
            "{} would have {}, so each of {} namespaces gets its own",
            large.full_name(),
            Size::of(large),
            namespaces.len()
        ),
        span: None,
        why: Some("etcd takes 1.5 MiB in one request; clients elsewhere get no filter".into()),
        hint: Some(
            "say so with --split-by-namespace, or name the Services that are called with --services"
                .into(),
        ),
        also: None,
    };
    compiled.diagnostics.push(diagnostic);
    let scopes: Vec<Scope> = namespaces.into_iter().map(Scope::Namespace).collect();
    let objects = all_of(&scopes, compiled);
    Ok((scopes, objects))
}

fn comment(options: &Istio, scopes: &[Scope]) -> String {
    let file = options.output.as_ref();
    let file = file.map_or("FILE".into(), |path| path.display().to_string());
    let clients = match scopes {
        [Scope::Mesh { .. }] => "For clients in every namespace of the mesh.".into(),
        scopes => {
            let names: Vec<&str> = scopes.iter().map(Scope::namespace).collect();
            let noun = if names.len() == 1 {
                "namespace"
            } else {
                "namespaces"
            };
            format!(
                "For clients in {noun} {}; those elsewhere get no filter.",
                names.join(", ")
            )
        }
    };
    format!(
        "Written by gammactl: the Gamma filter in Istio's sidecars, and the route that obeys it.\n\
         {clients}\n\
         Apply it:\n  kubectl apply --server-side -f {file}\n\
         Remove it:\n  kubectl delete -f {file}\n\
         The route config is the WasmPlugin's `pluginConfig`. The routes need not be in the cluster; if\n\
         they are, label them `istio.io/rev: gamma`, so that istiod does not obey them as well."
    )
}
