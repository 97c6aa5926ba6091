//! The options of `gammactl envoy`, and the bootstrap that they ask for.

use std::{
    collections::BTreeSet,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use gamma_compile::{self as compile, TlsToBackends};
use gamma_config::{Config, Duration};
use gamma_envoy::{
    self as envoy, AccessLog, EnvoyOptions, xds,
    xds::{Admin, Pace},
};
use gamma_manifest::{
    Manifests,
    diagnostic::{Diagnostics, Severity},
    source,
    source::Sources,
};
use serde_json::Value;

use crate::{
    input::{CompiledInput, Input},
    output,
};

/// Write an Envoy bootstrap with the filter, its config and a cluster per backend
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl envoy -f routes/ -n shop --listen 127.0.0.1:10000 --admin 127.0.0.1:9901 \\
                 --wasm dist/gamma-filter.wasm -o envoy.yaml
  envoy -c envoy.yaml

  gammactl envoy -f routes/ -n shop --listen 127.0.0.1:10000 --admin 127.0.0.1:9901 \\
                 --wasm dist/gamma-filter.wasm -o envoy/ --watch
  envoy -c envoy/envoy.yaml

Endpoints come from the EndpointSlices in the input; a Service without any is resolved by DNS.
A file that ends in .json is written as JSON, anything else as YAML. In a directory, what depends on
the manifests are files of their own, which a running Envoy reads again when they change.")]
pub(crate) struct EnvoyCommand {
    #[command(flatten)]
    pub(crate) input: Input,

    /// Where to accept requests
    #[arg(long, required_unless_present = "capture", num_args = 1.., value_name = "ADDR:PORT")]
    listen: Vec<SocketAddr>,

    /// Where to accept connections that iptables redirected from where they were going: the address
    /// that the client dialled says which Service a request is for; what is for none goes on
    #[arg(long, num_args = 1.., value_name = "ADDR:PORT", value_parser = fixed_port)]
    capture: Vec<SocketAddr>,

    /// Where to serve Envoy's admin interface [default: nowhere]
    #[arg(long, value_name = "ADDR:PORT")]
    admin: Option<SocketAddr>,

    /// Path of gamma-filter.wasm, as Envoy will see it
    #[arg(long, value_name = "FILE")]
    pub(crate) wasm: String,

    /// Which requests are logged to standard output
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = AccessLogFlag::All)]
    access_log: AccessLogFlag,

    /// Say the name of the rule to Envoy even though nothing in the bootstrap reads it
    #[arg(long)]
    rule_property: bool,

    /// Let the host of mirrored requests end with `-shadow`, as Envoy does by default
    #[arg(long)]
    mirror_host_suffix: bool,

    /// File with the certificates that Envoy's machine trusts, as Envoy will see it, for
    /// BackendTLSPolicies with `wellKnownCACertificates: System`
    /// [default: where this machine has them]
    #[arg(long, value_name = "FILE")]
    system_certificates: Option<String>,

    /// Where to write: a file, or a directory (ends with / or exists, or has no extension)
    /// [default: standard output]
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(crate) output: Option<PathBuf>,

    /// Path of the directory, as Envoy will see it [default: as given to --output]
    #[arg(long, value_name = "PATH")]
    dir_as: Option<String>,

    /// A fragment of a bootstrap, to be merged into what is written: TLS to backends, access logs,
    /// tracing; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) merge: Vec<String>,

    /// Go on: whenever the input changes, change the directory
    #[arg(long)]
    pub(crate) watch: bool,

    /// How long Envoy may need for one step of a change, where --admin can't tell: a change has two
    #[arg(long, value_name = "DURATION", default_value = "1s")]
    pause: Duration,

    /// How long clusters stay that no rule names any more, for requests under way
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    drain: Duration,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AccessLogFlag {
    /// All of them
    All,
    /// Those that failed: answered from 400 on, broken off, or with a gRPC status that is not OK
    Errors,
    /// None
    Off,
}

/// A bootstrap, fragments included.
pub(crate) struct Built {
    pub(crate) bootstrap: Value,
    /// The names of the clusters that come from the manifests.
    pub(crate) generated: BTreeSet<String>,
}

impl EnvoyCommand {
    /// Where to write files of their own; `None` for a single file.
    pub(crate) fn directory(&self) -> anyhow::Result<Option<&Path>> {
        let directory = self.output.as_deref().filter(|path| is_directory(path));
        let wanted = match () {
            () if self.watch => "--watch",
            () if self.dir_as.is_some() => "--dir-as",
            () => return Ok(directory),
        };
        match directory {
            Some(directory) => Ok(Some(directory)),
            None => anyhow::bail!("{wanted} needs a directory to write to: -o DIR/"),
        }
    }

    /// The whole bootstrap; `None` if the input is wrong, which has been said.
    pub(crate) fn build(&self) -> anyhow::Result<Option<Built>> {
        let fragments = source::load(&self.merge)?;
        let options = compile::Options {
            tls_to_backends: TlsToBackends::Generated(envoy::clusters_with_transport(&fragments)),
            ..self.input.compile_options()
        };
        let mut compiled = CompiledInput::with(&self.input, &options)?;
        compiled.report();
        if !compiled.good(&self.input) {
            return Ok(None);
        }
        self.missing_certificates(&compiled.manifests);
        self.settle_rule_property(&mut compiled.config)?;
        let (mut built, mut diagnostics) = self.assemble(&compiled, &options, &fragments);
        let settings = &mut compiled.config.settings;
        if settings.rule_property && !self.rule_property && !envoy::may_read_rule(&built.bootstrap)
        {
            settings.rule_property = false;
            (built, diagnostics) = self.assemble(&compiled, &options, &fragments);
        }
        output::report(&diagnostics, &fragments);
        let fits = !diagnostics.any(Severity::Error);
        Ok(fits.then_some(built))
    }

    /// Lets the filter say the rule's name only where something might read it: not without a log and
    /// without fragments.
    fn settle_rule_property(&self, config: &mut Config) -> anyhow::Result<()> {
        let settings = &mut config.settings;
        if self.rule_property && !settings.rule_property {
            anyhow::bail!("--rule-property and --without rule-property ask for opposite things");
        }
        let is_logged = !matches!(self.access_log, AccessLogFlag::Off);
        settings.rule_property &= self.rule_property || is_logged || !self.merge.is_empty();
        Ok(())
    }

    /// The bootstrap for what was compiled, with the fragments in it, and what is to be said of them.
    fn assemble(
        &self,
        compiled: &CompiledInput,
        options: &compile::Options,
        fragments: &Sources,
    ) -> (Built, Diagnostics) {
        let CompiledInput {
            manifests, config, ..
        } = compiled;
        let mut bootstrap = envoy::bootstrap(manifests, config, options, &self.envoy_options());
        let generated = envoy::cluster_names(&bootstrap);
        let mut diagnostics = Diagnostics::default();
        envoy::merge(&mut bootstrap, fragments, &mut diagnostics);
        let built = Built {
            bootstrap,
            generated,
        };
        (built, diagnostics)
    }

    fn envoy_options(&self) -> EnvoyOptions {
        EnvoyOptions {
            listen: self.listen.clone(),
            capture: self.capture.clone(),
            admin: self.admin,
            wasm: self.wasm.clone(),
            mirror_host_suffix: self.mirror_host_suffix,
            system_certificates: match &self.system_certificates {
                Some(path) => path.clone(),
                None => envoy::system_certificates().into(),
            },
            access_log: match self.access_log {
                AccessLogFlag::All => AccessLog::All,
                AccessLogFlag::Errors => AccessLog::Errors,
                AccessLogFlag::Off => AccessLog::Off,
            },
        }
    }

    /// Envoy refuses a config that names a file that is not there. Where Envoy is to run elsewhere, that
    /// is for the user to know.
    fn missing_certificates(&self, manifests: &Manifests) {
        let path = envoy::system_certificates();
        let mut policies = manifests.backend_tls_policies.iter();
        let needed = policies.any(|policy| policy.well_known.is_some());
        if needed && self.system_certificates.is_none() && !Path::new(path).is_file() {
            eprintln!(
                "warning: this machine has no certificates of the system, and Envoy needs {path}: \
                 name the file with --system-certificates"
            );
        }
    }

    /// Where Envoy will find `directory`.
    pub(crate) fn seen_as(&self, directory: &Path) -> String {
        let path = self.dir_as.clone();
        path.unwrap_or_else(|| directory.display().to_string())
    }

    /// Whether paths mean something else to Envoy than here.
    pub(crate) fn elsewhere(&self) -> bool {
        self.dir_as.is_some()
    }

    pub(crate) fn live(&self, directory: &Path) -> Result<xds::LiveDirectory, xds::DirectoryError> {
        let pace = Pace {
            pause: std::time::Duration::from_millis(self.pause.as_millis()),
            drain: std::time::Duration::from_millis(self.drain.as_millis()),
        };
        xds::LiveDirectory::open(directory, self.admin.and_then(Admin::new), pace)
    }
}

/// The address of a listener whose port iptables has to know.
fn fixed_port(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|error| format!("{error}"))?;
    match address.port() {
        0 => Err("connections are redirected to a fixed port".into()),
        _ => Ok(address),
    }
}

/// What exists says what it is; else a slash at the end does, else an extension says that it is a
/// file.
fn is_directory(path: &Path) -> bool {
    let slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    match fs::metadata(path) {
        Ok(metadata) => metadata.is_dir(),
        Err(_) => slash || path.extension().is_none(),
    }
}
