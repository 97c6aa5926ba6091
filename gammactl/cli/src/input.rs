//! The manifests that the commands read, and the options that they have in common.

use clap::{Args, ValueEnum};
use gamma_compile::{
    self as compile, Attachment, ClusterNaming, Compilation, Provenance, TlsToBackends,
};
use gamma_config::{Config, HostKind};
use gamma_manifest::{
    self as manifest, Manifests,
    diagnostic::{Diagnostic, Diagnostics, Severity, codes},
    source::Sources,
};

use super::{
    kube::{KUBE, KubeFlags, Loaded},
    output,
    progress::ProgressLine,
};

/// What every command reads.
#[derive(Debug, Clone, Args)]
pub(super) struct Input {
    /// Manifests: a file, a directory, or - for standard input
    #[arg(
        short,
        long = "filename",
        required_unless_present_any = KUBE,
        num_args = 1..,
        value_name = "PATH"
    )]
    pub(super) filename: Vec<String>,

    #[command(flatten)]
    pub(super) kube: KubeFlags,

    #[command(flatten)]
    pub(super) flags: CompileFlags,
}

/// How manifests are read and compiled, wherever they come from.
#[derive(Debug, Clone, Args)]
pub(super) struct CompileFlags {
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

    /// The proxy that the routes are for. Findings say what it does not do by itself [default: envoy, or in
    /// gamma-filter-compat.wasm any other]
    #[arg(long, value_enum, value_name = "PROXY")]
    host: Option<TargetHost>,

    /// Turn something off that costs a little of every request
    #[arg(long, value_enum, value_name = "WHAT", num_args = 1..)]
    without: Vec<Extra>,

    /// Count the responses of backends by their status, too: what a canary is judged by
    #[arg(long)]
    response_metrics: bool,

    /// What the proxy calls its clusters: `standalone` is {namespace}/{name}/{port}, `istio` is
    /// outbound|{port}||{name}.{namespace}.svc.{domain}, anything else a template like these
    #[arg(long, value_name = "TEMPLATE")]
    cluster_names: Option<ClusterNaming>,

    /// Fail on warnings
    #[arg(long)]
    pub(super) strict: bool,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TargetHost {
    /// Envoy and Istio
    Envoy,
    /// nginx with WasmX (ngx_wasm_module)
    Nginx,
    /// Any other host of proxy-wasm 0.2
    Other,
}

impl From<TargetHost> for HostKind {
    fn from(host: TargetHost) -> Self {
        match host {
            TargetHost::Envoy => Self::Envoy,
            TargetHost::Nginx => Self::Nginx,
            TargetHost::Other => Self::Other,
        }
    }
}

impl Input {
    pub(super) fn compile_options(&self) -> compile::Options {
        self.compile_options_for(ClusterNaming::Standalone)
    }

    /// With cluster names as given, unless the user wants others.
    pub(super) fn compile_options_for(&self, cluster_names: ClusterNaming) -> compile::Options {
        self.flags.compile_options_for(cluster_names)
    }
}

impl CompileFlags {
    pub(super) fn compile_options(&self) -> compile::Options {
        self.compile_options_for(ClusterNaming::Standalone)
    }

    /// With cluster names as given, unless the user wants others.
    pub(super) fn compile_options_for(&self, cluster_names: ClusterNaming) -> compile::Options {
        let cluster_names = self.cluster_names.clone().unwrap_or(cluster_names);
        compile::Options {
            // Clusters that go by other names are not those of the generated Envoy.
            tls_to_backends: match cluster_names {
                ClusterNaming::Standalone => TlsToBackends::default(),
                ClusterNaming::Istio | ClusterNaming::Template(_) => TlsToBackends::Proxy,
            },
            client_namespace: self.namespace.clone(),
            cluster_domain: self.cluster_domain.clone(),
            require_reference_grants: self.require_reference_grants,
            honor_hostnames: self.honor_hostnames,
            host: self.host.map(HostKind::from),
            host_is_generated: false,
            metrics: !self.without.contains(&Extra::Metrics),
            response_metrics: self.response_metrics,
            rule_property: !self.without.contains(&Extra::RuleProperty),
            reason_header: !self.without.contains(&Extra::ReasonHeader),
            cluster_names,
        }
    }
}

/// A namespace that can be, or nothing.
pub(super) fn namespace_or_none(text: &str) -> Result<String, String> {
    let is_label = text.len() <= 63
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    if is_label {
        Ok(text.into())
    } else {
        Err("a namespace has lower-case letters, digits and `-` only".into())
    }
}

/// Manifests, what was made of them and what is to be said about them.
pub(super) struct CompiledInput {
    pub(super) sources: Sources,
    pub(super) manifests: Manifests,
    pub(super) config: Config,
    /// What each parentRef to a Service is attached to.
    pub(super) attachments: Vec<Attachment>,
    /// Where the matches of the config are written.
    pub(super) provenance: Provenance,
    pub(super) diagnostics: Diagnostics,
    /// Where clients are of which nothing else is said.
    pub(super) namespace: String,
}

impl CompiledInput {
    pub(super) fn from(input: &Input) -> anyhow::Result<Self> {
        Self::with(input, &input.compile_options())
    }

    /// Compiles with `options` instead of those that `input` has for most commands.
    pub(super) fn with(input: &Input, options: &compile::Options) -> anyhow::Result<Self> {
        let progress = ProgressLine::new("waiting for manifests");
        let namespace = input.flags.namespace.as_deref();
        let loaded = Loaded::read(&input.filename, &input.kube, namespace)?;
        drop(progress);
        Ok(Self::of(loaded, options))
    }

    /// Compiles what was read.
    pub(super) fn of(loaded: Loaded, options: &compile::Options) -> Self {
        let Loaded {
            sources,
            mut diagnostics,
            namespace,
        } = loaded;
        let bytes: usize = sources.iter().map(|(_, source)| source.text.len()).sum();
        let progress = ProgressLine::new(format!("reading {} MB of manifests", bytes / 1_000_000));
        let manifests = manifest::decode(&sources, &namespace, &mut diagnostics);
        drop(progress);
        let _progress = ProgressLine::new(format!("compiling {} routes", manifests.routes.len()));
        let Compilation {
            config,
            attachments,
            provenance,
        } = compile::check(&manifests, options, &mut diagnostics);
        Self {
            sources,
            manifests,
            config,
            attachments,
            provenance,
            diagnostics,
            namespace,
        }
    }

    /// Whether the result may be used. An object that is left out would be missing from it.
    pub(super) fn good(&self, input: &Input) -> bool {
        self.passes(&input.flags)
    }

    /// Whether the result may be used with these flags, wherever the manifests come from.
    pub(super) fn passes(&self, flags: &CompileFlags) -> bool {
        let refused = self.diagnostics.any(Severity::Error);
        let strictly = flags.strict && self.diagnostics.any(Severity::Warning);
        !refused && !strictly
    }

    /// Says what was found, but for notes: they are what `check` is for. Only if nothing but files that
    /// are no manifests was found, that is an error with the notes that explain it.
    pub(super) fn report(&mut self) {
        let nothing = self.manifests.routes.is_empty() && self.manifests.services.is_empty();
        let is_foreign = |d: &Diagnostic| d.code == &codes::NO_MANIFEST;
        let explain = nothing && self.diagnostics.iter().all(is_foreign);
        if explain {
            self.diagnostics.push(compile::nothing_found());
        }
        self.diagnostics
            .retain(|d| explain || d.code.severity < Severity::Note);
        output::report(&self.diagnostics, &self.sources);
    }
}
