//! The command line: options in, files and findings out.
//!
//! Exit codes: 0 done, 1 the input is wrong or a check failed, 2 usage or unreadable input. Data go
//! to standard output or `-o`, everything said about them to standard error.

mod commands;
mod options;
mod output;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser};

use options::{Cli, Command};

/// What went wrong outside the manifests.
const USAGE: u8 = 2;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Compile(options)) => commands::compile(&options),
        Some(Command::Check(options)) => commands::check(&options),
        Some(Command::Envoy(options)) => commands::envoy(&options),
        None => {
            let mut command = Cli::command();
            eprint!("{}", command.render_help());
            return ExitCode::from(USAGE);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(USAGE)
        }
    }
}
