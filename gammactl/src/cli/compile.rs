//! `gammactl compile`.

use std::path::PathBuf;

use clap::Args;

use super::{
    input::{Compiled, Input},
    output,
};

/// Compile manifests into the route config
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl compile -f routes/ -n shop -o config.json
  kubectl get httproutes,grpcroutes,services -A -o yaml | gammactl compile -f -")]
pub(super) struct Compile {
    #[command(flatten)]
    input: Input,

    /// Where to write the route config [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(options: &Compile) -> anyhow::Result<bool> {
    let mut compiled = Compiled::from(&options.input)?;
    compiled.report();
    if !compiled.good(&options.input) {
        return Ok(false);
    }
    let mut text = serde_json::to_string_pretty(&compiled.config)?;
    text.push('\n');
    output::write(&text, options.output.as_deref())?;
    Ok(true)
}
