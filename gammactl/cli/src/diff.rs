//! The command `gammactl diff` says for which requests a change of routes changes something.

use std::{fmt, io, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use gamma_config::Config;
use gamma_diff::{self as diff, Places};
use gamma_manifest::{
    diagnostic::{Diagnostics, Severity},
    source,
    source::Sources,
};
use gamma_router::Router;

use super::{
    input::{CompileFlags, CompiledInput},
    kube::{KUBE, KubeFlags, LiveInput, Loaded},
    output,
    progress::ProgressLine,
};

/// Say what a change of routes changes for which requests
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl diff routes/ routes-new/
  git show HEAD:routes.yaml | gammactl diff - routes.yaml
  gammactl diff --kube -f routes/ --exit-code           # what `kubectl apply -f routes/` would change
  gammactl diff running.json routes/ -n shop --output json

OLD and NEW are manifests (a file, a directory, or - for standard input) or a compiled route config. With
--kube, OLD is the cluster, and NEW is the cluster with the files of -f applied.")]
pub(super) struct DiffCommand {
    /// What there is: manifests or a route config
    #[arg(value_name = "OLD", required_unless_present_any = KUBE)]
    old: Option<String>,

    /// What is to come: manifests or a route config
    #[arg(value_name = "NEW", required_unless_present_any = KUBE)]
    new: Option<String>,

    /// With --kube, the manifests that would be applied: a file, a directory, or - for standard input
    #[arg(
        short,
        long,
        num_args = 1..,
        value_name = "PATH",
        conflicts_with_all = ["old", "new"]
    )]
    filename: Vec<String>,

    #[command(flatten)]
    kube: KubeFlags,

    #[command(flatten)]
    flags: CompileFlags,

    /// Compare for clients in these namespaces only
    #[arg(long, num_args = 1.., value_name = "NAMESPACE")]
    from: Vec<String>,

    /// Exit with 1 if anything changes
    #[arg(long)]
    exit_code: bool,

    /// How to write the changes
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DiffFormat::Text)]
    output: DiffFormat,

    /// Where to write the changes [default: standard output]
    #[arg(short = 'o', value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    Text,
    Json,
}

pub(super) fn run(options: &DiffCommand) -> anyhow::Result<bool> {
    let Some([(old, old_places), (new, new_places)]) = sides(options)? else {
        return Ok(false);
    };
    let progress = ProgressLine::new("comparing");
    let side = |config, places| diff::Side { config, places };
    let found = diff::diff(
        side(&old, &old_places),
        side(&new, &new_places),
        &options.from,
    )?;
    drop(progress);
    let text = match options.output {
        DiffFormat::Json => format!("{:#}\n", found.json()),
        DiffFormat::Text => {
            let color = options.file.is_none() && output::color(&io::stdout());
            found.text(color)
        }
    };
    if options.output == DiffFormat::Json || !found.is_empty() {
        output::write(&text, options.file.as_deref())?;
    }
    if !found.is_change() {
        if found.is_empty() {
            eprintln!("nothing changes: every request is decided as before");
        } else {
            eprintln!("no change was found, but not all was compared: see above");
        }
    }
    Ok(!(options.exit_code && found.is_change()))
}

type ReadSide = (Config, Places);

/// Reads both sides. `None` if one of them is wrong; what is wrong has been said.
fn sides(options: &DiffCommand) -> anyhow::Result<Option<[ReadSide; 2]>> {
    let flags = &options.flags;
    let (old, new) = match (options.kube.target()?, &options.old, &options.new) {
        (None, Some(old), Some(new)) => {
            anyhow::ensure!(
                options.filename.is_empty(),
                "-f is for --kube: name the manifests as OLD and NEW"
            );
            anyhow::ensure!(
                old != "-" || new != "-",
                "OLD and NEW can't both be standard input"
            );
            let files = |name: &str, path: &str| {
                let sources = source::load(&[path.into()]).with_context(|| name.to_owned())?;
                let loaded = Loaded::files(sources, flags.namespace.as_deref());
                side(name, path, loaded, flags)
            };
            (files("OLD", old)?, files("NEW", new)?)
        }
        (Some(target), None, None) => {
            anyhow::ensure!(
                !options.filename.is_empty(),
                "what would be applied? Name its files: gammactl diff --kube -f PATH"
            );
            let files = source::load(&options.filename)?;
            let live = LiveInput::read(&target, &files, flags.namespace.as_deref())?;
            let context = format!("context {}", live.snapshot.context);
            let before = Loaded::over(Sources::default(), &live);
            let paths = options.filename.join(" ");
            let mut after = Loaded::over(files, &live);
            // What can't be seen is missing on both sides.
            after.diagnostics = Diagnostics::default();
            (
                side("the cluster", &context, before, flags)?,
                side("what would be applied", &paths, after, flags)?,
            )
        }
        _ => anyhow::bail!(
            "with --kube, OLD is the cluster: give the files that would be applied with -f"
        ),
    };
    Ok(old.zip(new).map(|(old, new)| [old, new]))
}

/// One side. `None` if it is wrong; what is wrong has been said.
fn side(
    name: &str,
    path: &str,
    loaded: Loaded,
    flags: &CompileFlags,
) -> anyhow::Result<Option<ReadSide>> {
    let refuse = |why: &dyn fmt::Display| {
        eprintln!("error: {name} ({path}): {why}");
        Ok(None)
    };
    let (config, places) = match route_config(&loaded.sources) {
        Some(json) => match gamma_config::parse(json.as_bytes()) {
            Ok(config) => (config, Places::default()),
            Err(error) => return refuse(&error),
        },
        None => {
            let mut compiled = CompiledInput::of(loaded, &flags.compile_options());
            let worst = if flags.strict {
                Severity::Warning
            } else {
                Severity::Error
            };
            compiled.diagnostics.retain(|d| d.code.severity <= worst);
            output::report(&compiled.diagnostics, &compiled.sources);
            if !compiled.passes(flags) {
                return refuse(&"these manifests can't be compared");
            }
            let places = Places::new(&compiled.manifests, &compiled.sources);
            (compiled.config, places)
        }
    };
    // What only the router refuses: patterns in configs written by hand.
    match Router::new(&config, "default") {
        Ok(_) => Ok(Some((config, places))),
        Err(error) => refuse(&error),
    }
}

/// The text, if it is a route config and not a manifest: only a config is a JSON object with
/// `version` and without `kind`.
fn route_config(sources: &Sources) -> Option<&str> {
    let mut all = sources.iter();
    let (Some((_, source)), None) = (all.next(), all.next()) else {
        return None;
    };
    if !source.text.trim_start().starts_with('{') {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(&source.text).ok()?;
    let is_config = value.get("version").is_some() && value.get("kind").is_none();
    is_config.then_some(&source.text)
}
