//! The command `gammactl convert` makes routes of the Gateway API of what older meshes have.

mod accept;

use std::{collections::BTreeMap, fs, path::Path, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use gamma_convert::{Conversion, ConversionOptions, DataPlane, PrefixStyle, SmiDialect, convert};
use gamma_manifest::{
    diagnostic::{self, Severity},
    source,
};

use self::accept::Accepted;
use super::{output, progress::ProgressLine};

/// Make routes of what Istio, SMI and Linkerd have
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl convert -f istio/ -o routes/
  kubectl get virtualservices,destinationrules,services -A -o yaml | gammactl convert -f - -o routes/
  gammactl convert -f smi/ -o routes/ --smi-dialect linkerd
  gammactl convert -f istio/ -o routes/ --accept G709=istio/cart.yaml:12
  gammactl convert -f istio/ -o routes/ --output sarif > convert.sarif

What a route can't do is said, with file and line. Requests that would go elsewhere or be answered otherwise are
errors until --accept names them. What was written is compared with what it was made of before the command ends.")]
pub(super) struct ConvertCommand {
    /// VirtualServices and DestinationRules, TrafficSplits and HTTPRouteGroups, ServiceProfiles, and the Services that they name: a file, a directory, or - for standard input
    #[arg(short, long, required = true, num_args = 1.., value_name = "PATH")]
    filename: Vec<String>,

    /// Where to write the manifests [default: standard output]
    #[arg(short = 'o', long = "output-dir", value_name = "DIR")]
    directory: Option<PathBuf>,

    /// Where objects are that name no namespace
    #[arg(short, long, default_value = "default")]
    namespace: String,

    /// DNS suffix of the Kubernetes cluster
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local")]
    cluster_domain: String,

    /// Convert for clients with these labels: what `sourceLabels` asks for
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',', value_parser = label)]
    client_labels: Vec<(String, String)>,

    /// Which mesh obeyed the TrafficSplits, where meshes differ
    #[arg(long, value_enum, value_name = "MESH")]
    smi_dialect: Option<SmiFlag>,
    /// What carries the requests then: it decides whether DestinationRules still act
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = DataPlaneFlag::Istio)]
    data_plane: DataPlaneFlag,

    /// What becomes of prefixes that end inside an element of a path
    #[arg(long, value_enum, value_name = "STYLE", default_value_t = PrefixFlag::Exact)]
    prefix: PrefixFlag,

    /// Write the two retries that Istio makes where a rule says nothing of them
    #[arg(long)]
    keep_default_retries: bool,

    /// A finding that is known and agreed to: its code, alone or at one place
    #[arg(long, value_name = "CODE[=FILE:LINE]", num_args = 1..)]
    accept: Vec<String>,

    /// A file of such findings, one a line
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,

    /// Write convert.report.json here too
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// How to write the findings; the manifests go to -o then
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = FindingsFormat::Text)]
    output: FindingsFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FindingsFormat {
    /// For people, on standard error
    Text,
    /// A JSON array
    Json,
    /// Workflow commands of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SmiFlag {
    /// As the specification has it, and Traefik Mesh: `matches` say which requests are split
    Spec,
    /// Linkerd: all requests are split
    Linkerd,
    /// Open Service Mesh: all requests are split
    Osm,
}

impl From<SmiFlag> for SmiDialect {
    fn from(dialect: SmiFlag) -> Self {
        match dialect {
            SmiFlag::Spec => Self::Spec,
            SmiFlag::Linkerd => Self::Linkerd,
            SmiFlag::Osm => Self::Osm,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DataPlaneFlag {
    /// Istio's sidecars, with the filter of `gammactl istio`: a Service that a subset becomes gets a DestinationRule
    Istio,
    /// Envoy with a config of `gammactl envoy`: nothing reads DestinationRules
    Envoy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PrefixFlag {
    /// `/api` takes `/apix`, by a regular expression
    Exact,
    /// `/api` takes `/api` and `/api/x`
    Elements,
}

fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as key=value")?;
    Ok((key.into(), value.into()))
}

pub(super) fn run(options: &ConvertCommand) -> anyhow::Result<bool> {
    anyhow::ensure!(
        options.output == FindingsFormat::Text || options.directory.is_some(),
        "--output is for the findings: name a directory for the manifests with -o"
    );
    let accepted = Accepted::read(&options.accept, options.accepted.as_deref())?;
    let sources = source::load(&options.filename)?;
    let progress = ProgressLine::new("converting");
    let mut converted = convert(
        &sources,
        &ConversionOptions {
            namespace: options.namespace.clone(),
            cluster_domain: options.cluster_domain.clone(),
            client_labels: options
                .client_labels
                .iter()
                .cloned()
                .collect::<BTreeMap<_, _>>(),
            smi_dialect: options.smi_dialect.map(Into::into),
            data_plane: match options.data_plane {
                DataPlaneFlag::Istio => DataPlane::Istio,
                DataPlaneFlag::Envoy => DataPlane::Envoy,
            },
            prefixes: match options.prefix {
                PrefixFlag::Exact => PrefixStyle::Exact,
                PrefixFlag::Elements => PrefixStyle::Elements,
            },
            keep_default_retries: options.keep_default_retries,
        },
    );
    drop(progress);
    if converted.objects == 0 && converted.diagnostics.is_empty() {
        anyhow::bail!(
            "nothing of Istio's, SMI's or Linkerd's in the input: kubectl get \
             virtualservices,destinationrules,services -A -o yaml prints what there is of Istio's, \
             trafficsplits,httproutegroups,traffictargets,services of SMI's, serviceprofiles,services of Linkerd's"
        );
    }
    accepted.take_from(&mut converted, &sources);
    if let Some(file) = &options.report {
        output::write(&converted.report.json(), Some(file))?;
    }
    match options.output {
        FindingsFormat::Text => output::report(&converted.diagnostics, &sources),
        FindingsFormat::Json => findings(&converted, &sources, diagnostic::Format::Json)?,
        FindingsFormat::Github => findings(&converted, &sources, diagnostic::Format::Github)?,
        FindingsFormat::Sarif => findings(&converted, &sources, diagnostic::Format::Sarif)?,
    }
    match &options.directory {
        Some(directory) => write(&converted, directory)?,
        None => {
            let texts: Vec<&str> = converted.files.iter().map(|file| &*file.text).collect();
            output::write(&texts.join("---\n"), None)?;
        }
    }
    let verdict = converted.verdict(&sources);
    eprint!("{}", verdict.text);
    Ok(verdict.holds && !converted.diagnostics.any(Severity::Error))
}

fn findings(
    converted: &Conversion,
    sources: &source::Sources,
    format: diagnostic::Format,
) -> anyhow::Result<()> {
    output::write(
        &diagnostic::render(&converted.diagnostics, sources, format),
        None,
    )
}

/// Writes the files, and says which ones an earlier conversion has left.
fn write(converted: &Conversion, directory: &Path) -> anyhow::Result<()> {
    let all = converted.written();
    for file in &all {
        let path = directory.join(&file.path);
        let folder = path.parent().unwrap_or(directory);
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        output::write(&file.text, Some(&path))?;
    }
    for folder in ["01-services", "02-routes", "03-policies", "tests"] {
        let Ok(entries) = fs::read_dir(directory.join(folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if !all.iter().any(|file| file.path == name) {
                let place = directory.join(&name);
                output::note(&format!("{} is not of this conversion", place.display()));
            }
        }
    }
    Ok(())
}
