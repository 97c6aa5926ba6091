//! The command `gammactl test` runs case files and reports their results.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use gamma_cases::{self as cases, report, report::Results};

use gamma_manifest::diagnostic::Severity;

use super::{
    kube::{KUBE, KubeFlags, Loaded},
    output,
};
use crate::watch::Watched;

/// Test routes: requests, and what must become of them
#[derive(Debug, Args)]
#[command(after_help = "\
A case file names manifests and requests:

  manifests: [routes/]
  requests:
    - request: GET http://cart.shop/api
      expect: {rule: shop/cart/api, backend: cart-v2}

Examples:
  gammactl test routes/
  gammactl test cart.cases.yaml --filter /checkout
  gammactl test routes/ --junit results.xml
  gammactl test routes/ --watch
  gammactl test routes/ --kube                          # of what is in the cluster")]
pub(super) struct TestCommand {
    /// Case files: a file, a directory (its *.cases.yaml), or - for standard input
    #[arg(required = true, num_args = 1.., value_name = "CASES")]
    cases: Vec<String>,

    /// Only the tests whose file or name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,

    /// How to write the results
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TestFormat::Text)]
    output: TestFormat,

    /// Write the results as JUnit XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Run again whenever a case file or a manifest changes, until Ctrl-C
    #[arg(long, conflicts_with_all = KUBE)]
    watch: bool,

    #[command(flatten)]
    kube: KubeFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    Text,
    Json,
}

pub(super) fn run(options: &TestCommand) -> anyhow::Result<bool> {
    if !options.watch {
        return once(options, |_| {});
    }
    anyhow::ensure!(
        !options.cases.iter().any(|path| path == "-"),
        "--watch needs files: standard input does not change"
    );
    loop {
        let mut watched = Watched::default();
        let cases: Vec<PathBuf> = options.cases.iter().map(PathBuf::from).collect();
        watched.add(&cases);
        // A file that is gone may come back.
        if let Err(error) = once(options, |paths| watched.add(paths)) {
            eprintln!("error: {error:#}");
        }
        eprintln!("waiting for changes, Ctrl-C ends it");
        for path in watched.wait() {
            eprintln!("{} has changed", path.display());
        }
    }
}

/// Whether all tests passed.
fn once(options: &TestCommand, mut before_reading: impl FnMut(&[PathBuf])) -> anyhow::Result<bool> {
    let files = cases::find(&options.cases)?;
    let cluster = match options.kube.target()? {
        Some(_) => {
            let Loaded {
                sources,
                diagnostics,
                ..
            } = Loaded::read(&[], &options.kube, None)?;
            output::report(&diagnostics, &sources);
            if diagnostics.any(Severity::Error) {
                return Ok(false);
            }
            Some(sources)
        }
        None => None,
    };
    let files = files
        .iter()
        .map(|file| cases::run(file, cluster.as_ref(), &mut before_reading));
    let results = Results::new(files.collect(), &options.filter);
    if let Some(path) = &options.junit {
        output::write(&report::junit(&results)?, Some(path))?;
    }
    let text = match options.output {
        TestFormat::Text => report::text(&results, output::color(&io::stdout())),
        TestFormat::Json => report::json(&results),
    };
    output::write(&text, None::<&Path>)?;
    Ok(results.failed() == 0)
}
