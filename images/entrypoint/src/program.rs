//! Programs that run below this one.

use std::{
    io,
    os::{
        fd::AsFd as _,
        unix::process::{CommandExt as _, ExitStatusExt as _},
    },
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

/// Between two looks at what goes on.
pub(crate) const POLL: Duration = Duration::from_millis(50);
/// How long a program may take to end that serves nobody any more.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A program as a child.
pub(crate) struct Program {
    name: &'static str,
    child: Child,
}

impl Program {
    /// Starts the program at `path`; all that it prints goes to standard output.
    ///
    /// # Errors
    ///
    /// It can't be started.
    pub(crate) fn start(name: &'static str, path: &str, arguments: &[String]) -> Result<Self> {
        let output = || io::stdout().as_fd().try_clone_to_owned().map(Stdio::from);
        let child = Command::new(path)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output()?)
            .stderr(output()?)
            // Ctrl-C in a terminal goes to the whole group, and would end Envoy at once.
            .process_group(0)
            .spawn()
            .with_context(|| format!("{path} can't be started"))?;
        Ok(Self { name, child })
    }

    /// How it has ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        // It can't be asked only if somebody else has asked.
        self.child.try_wait().ok().flatten()
    }

    /// Asks it to end, and ends it if it hasn't after `patience`.
    pub(crate) fn end(&mut self, patience: Duration) {
        let begin = Instant::now();
        if self.ended().is_none() {
            self.ask_to_end();
        }
        while self.ended().is_none() {
            if begin.elapsed() > patience {
                println!("{} does not end: killed", self.name);
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(POLL);
        }
    }

    /// Sends SIGTERM. Nobody has waited for the child, so that its id is still its own.
    fn ask_to_end(&self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
    }
}

/// The exit code by which a shell says how a program has ended.
pub(crate) fn code(status: ExitStatus) -> u8 {
    let signal = status.signal().map(|signal| 128 + signal);
    let code = status.code().or(signal).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
