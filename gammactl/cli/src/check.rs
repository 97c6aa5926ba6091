//! The command `gammactl check` says what is wrong with manifests.

use clap::{Args, ValueEnum};
use gamma_manifest::diagnostic;

use super::{
    input::{CompiledInput, Input},
    output,
};

/// Say what is wrong with manifests, and write nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl check -f routes/
  gammactl check -f routes/ --strict
  gammactl check -f routes/ --output github             # in a workflow of GitHub Actions
  gammactl check -f routes/ --output sarif > gammactl.sarif
  gammactl check -f routes/ --output json | jq -r '.[].code' | sort | uniq -c")]
pub(super) struct CheckCommand {
    #[command(flatten)]
    input: Input,

    /// How to write the findings
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = CheckFormat::Text)]
    output: CheckFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// For people, on standard error
    Text,
    /// A JSON array
    Json,
    /// Workflow commands of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(super) fn run(options: &CheckCommand) -> anyhow::Result<bool> {
    let compiled = CompiledInput::from(&options.input)?;
    let format = match options.output {
        CheckFormat::Text => {
            output::report(&compiled.diagnostics, &compiled.sources);
            return Ok(compiled.good(&options.input));
        }
        CheckFormat::Json => diagnostic::Format::Json,
        CheckFormat::Github => diagnostic::Format::Github,
        CheckFormat::Sarif => diagnostic::Format::Sarif,
    };
    let text = diagnostic::render(&compiled.diagnostics, &compiled.sources, format);
    output::write(&text, None)?;
    Ok(compiled.good(&options.input))
}
