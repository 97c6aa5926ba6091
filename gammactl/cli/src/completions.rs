//! The command `gammactl completions` writes what a shell needs to complete command lines.

use clap::Args;
use clap_complete::{Shell, generate};

use super::output;

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(gammactl completions bash)
  gammactl completions zsh > ~/.zfunc/_gammactl
  gammactl completions fish > ~/.config/fish/completions/gammactl.fish")]
pub(super) struct CompletionsCommand {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// `command` is the whole of `gammactl`.
pub(super) fn run(
    options: &CompletionsCommand,
    command: &mut clap::Command,
) -> anyhow::Result<bool> {
    let mut script = Vec::new();
    generate(options.shell, command, "gammactl", &mut script);
    output::write(&String::from_utf8_lossy(&script), None)?;
    Ok(true)
}
