//! The command line itself, where what matters is that it is a process of its own.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::repository;

/// How long anything may take that is waited for.
const DEADLINE: Duration = Duration::from_secs(30);

/// `$GAMMACTL`, else the one that `make build` builds.
///
/// # Panics
///
/// There is none.
#[must_use]
pub fn gammactl() -> Command {
    let binary = std::env::var_os("GAMMACTL").map_or_else(
        || repository::path("target/release/gammactl"),
        PathBuf::from,
    );
    assert!(binary.is_file(), "no gammactl: run `make build`");
    Command::new(binary)
}

/// A command that runs until it is told to stop. It is killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    directory: TempDir,
}

impl Running {
    /// Starts a command.
    ///
    /// # Errors
    ///
    /// It can't be run.
    pub fn start(mut command: Command) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(directory.path().join("out"))?)
            .stderr(File::create(directory.path().join("err"))?)
            .spawn()?;
        Ok(Self { child, directory })
    }

    /// Everything it has said on standard output.
    #[must_use]
    pub fn out(&self) -> String {
        fs::read_to_string(self.directory.path().join("out")).unwrap_or_default()
    }

    /// Everything it has said on standard error.
    #[must_use]
    pub fn err(&self) -> String {
        fs::read_to_string(self.directory.path().join("err")).unwrap_or_default()
    }

    /// Asks it to end, as Ctrl-C (`INT`) or a supervisor (`TERM`) would.
    ///
    /// # Errors
    ///
    /// It goes on.
    pub fn signal(mut self, signal: &str) -> Result<ExitStatus> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-s", signal, &id]).status()?;
        let begin = Instant::now();
        while begin.elapsed() < DEADLINE {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        anyhow::bail!("still there after {DEADLINE:?}")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what they are for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `holds`, which says what it is missing as long as it doesn't.
///
/// # Errors
///
/// It never does; the message is what was missing last.
pub fn until(what: &str, mut holds: impl FnMut() -> Result<(), String>) -> Result<()> {
    let begin = Instant::now();
    loop {
        match holds() {
            Ok(()) => return Ok(()),
            Err(missing) => {
                ensure!(begin.elapsed() < DEADLINE, "{what}: {missing}");
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
