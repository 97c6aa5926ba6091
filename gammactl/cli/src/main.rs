//! `gammactl`: see `gammactl --help`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    gammactl::run()
}
