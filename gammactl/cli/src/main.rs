//! The program `gammactl`, all of which is in the library beside this file.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    gammactl::run()
}
