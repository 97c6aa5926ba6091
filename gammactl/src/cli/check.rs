//! `gammactl check`.

use clap::{Args, ValueEnum};

use super::{
    input::{Compiled, Input},
    output,
};
use crate::diagnostic;

/// Say what is wrong with manifests, and write nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl check -f routes/
  gammactl check -f routes/ --strict --output json")]
pub(super) struct Check {
    #[command(flatten)]
    input: Input,

    /// How to write the findings
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(options: &Check) -> anyhow::Result<bool> {
    let compiled = Compiled::from(&options.input)?;
    match options.output {
        Format::Text => output::report(&compiled.diagnostics, &compiled.sources),
        Format::Json => {
            let format = diagnostic::Format::Json;
            let text = diagnostic::render(&compiled.diagnostics, &compiled.sources, format);
            output::write(&text, None)?;
        }
    }
    Ok(compiled.good(&options.input))
}
