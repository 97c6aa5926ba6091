//! The command `gammactl schema` writes the JSON Schema of route configs or of case files.

use clap::{Args, ValueEnum};
use gamma_cases as cases;

use super::output;

/// Print the JSON Schema of the route config, or of test cases
#[derive(Debug, Args)]
#[command(after_help = "\
The first line of a YAML file tells editors where its schema is, in a JSON file it is `$schema`:

  # yaml-language-server: $schema=test-cases.schema.json

Examples:
  gammactl schema > route-config.schema.json
  gammactl schema cases > test-cases.schema.json")]
pub(super) struct SchemaCommand {
    /// Of what
    #[arg(value_enum, default_value_t = Of::Config)]
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// What `gammactl compile` writes and the filter reads
    Config,
    /// What `gammactl test` reads
    Cases,
}

pub(super) fn run(options: &SchemaCommand) -> anyhow::Result<bool> {
    let schema = match options.of {
        Of::Config => gamma_config::JSON_SCHEMA,
        Of::Cases => cases::JSON_SCHEMA,
    };
    output::write(schema, None)?;
    Ok(true)
}
