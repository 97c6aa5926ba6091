//! The tests of the command line run `gammactl` as a process.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

/// The `gammactl` that was built for these tests.
pub(crate) fn gammactl() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gammactl"))
}

/// Runs a command with `input` as its standard input.
pub(crate) fn fed(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}
