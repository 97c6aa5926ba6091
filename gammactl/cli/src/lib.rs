//! The command line of `gammactl`: a module for each command reads options and manifests, calls the
//! crate that does the work, and writes files and findings.
//!
//! Exit codes: 0 done, 1 the input is wrong or a check failed, 2 usage or unreadable input. Data go
//! to standard output or `-o`, everything said about them to standard error.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod bake;
mod check;
mod compile;
mod completions;
mod convert;
mod diff;
mod envoy;
mod explain;
mod farewell;
mod input;
mod istio;
mod kube;
mod live;
mod nginx;
mod output;
mod playground;
mod progress;
mod schema;
mod status;
mod test;
mod watch;

use std::{path::Path, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

/// What went wrong outside the manifests.
const USAGE: u8 = 2;

const NEXT: &str = "\
What to do next:
  gammactl check -f routes/                     what is wrong with these manifests
  gammactl explain -f routes/ http://cart/pay   which rule takes this request, and why
  gammactl diff main/ routes/                   what a change changes for which requests
  gammactl test routes/                         requests, and what must become of them
  gammactl compile -f routes/ -o config.json    the route config for the filter
  gammactl envoy -f routes/ --listen 127.0.0.1:10000 --wasm gamma-filter.wasm -o envoy.yaml
                                                a whole Envoy around it
  gammactl istio -f routes/ --image oci://example.com/gamma-filter:0.1
                                                the filter in Istio's sidecars
  gammactl nginx -f routes/ --listen 127.0.0.1:8080 --wasm gamma-filter-compat.wasm -o nginx/
                                                the filter in nginx with WasmX
  gammactl convert -f istio/ -o routes/         VirtualServices and DestinationRules as routes
  gammactl playground -f routes/                which requests go where, in a browser
  gammactl status                               which sidecars run which config

--kube instead of -f reads the objects of a cluster.";

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (route config version 1)");
const _: () = assert!(gamma_config::VERSION == 1);

/// Gateway API routes for Services, compiled for the Gamma filter.
#[derive(Debug, Parser)]
#[command(name = "gammactl", version = VERSION, after_help = NEXT)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Compile(compile::CompileCommand),
    Check(check::CheckCommand),
    Explain(explain::ExplainCommand),
    Diff(diff::DiffCommand),
    Envoy(envoy::options::EnvoyCommand),
    Test(test::TestCommand),
    Schema(schema::SchemaCommand),
    Istio(istio::IstioCommand),
    Nginx(nginx::NginxCommand),
    Playground(playground::PlaygroundCommand),
    Status(status::StatusCommand),
    Convert(convert::ConvertCommand),
    Completions(completions::CompletionsCommand),
}

/// What the program is called where kubectl finds it: `kubectl gamma` runs it.
const PLUGIN: &str = "kubectl-gamma";

/// What this process was called as: `gammactl`, or the plugin of kubectl, which help and mistakes call so.
fn command() -> clap::Command {
    let called = std::env::args_os().next();
    let called = called.as_deref().map(Path::new).and_then(Path::file_stem);
    if called.is_none_or(|name| name != PLUGIN) {
        return Cli::command();
    }
    let mut command = call_plugin(Cli::command()).bin_name("kubectl gamma");
    // Without it, the help of subcommands is of the program's own name.
    command.build();
    command
}

/// The examples in the help of `command` and those below it, as they are typed to kubectl.
fn call_plugin(command: clap::Command) -> clap::Command {
    let help = command.get_after_help().map(ToString::to_string);
    let command = match help {
        Some(help) => command.after_help(help.replace("gammactl ", "kubectl gamma ")),
        None => command,
    };
    command.mut_subcommands(call_plugin)
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let matches = command().get_matches();
    let Cli { command: chosen } =
        Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let done = match chosen {
        Some(Command::Compile(options)) => compile::run(&options),
        Some(Command::Check(options)) => check::run(&options),
        Some(Command::Explain(options)) => explain::run(&options),
        Some(Command::Diff(options)) => diff::run(&options),
        Some(Command::Envoy(options)) => envoy::run(&options),
        Some(Command::Test(options)) => test::run(&options),
        Some(Command::Schema(options)) => schema::run(&options),
        Some(Command::Istio(options)) => istio::run(&options),
        Some(Command::Nginx(options)) => nginx::run(&options),
        Some(Command::Playground(options)) => playground::run(&options),
        Some(Command::Status(options)) => status::run(&options),
        Some(Command::Convert(options)) => convert::run(&options),
        Some(Command::Completions(options)) => completions::run(&options, &mut Cli::command()),
        None => {
            eprint!("{}", command().render_help());
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
