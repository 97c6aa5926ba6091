//! `gammactl completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use super::output;

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(gammactl completions bash)
  gammactl completions zsh > ~/.zfunc/_gammactl
  gammactl completions fish > ~/.config/fish/completions/gammactl.fish")]
pub(super) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(options: &Completions) -> anyhow::Result<bool> {
    let mut script = Vec::new();
    generate(
        options.shell,
        &mut super::Cli::command(),
        "gammactl",
        &mut script,
    );
    output::write(&String::from_utf8_lossy(&script), None)?;
    Ok(true)
}
