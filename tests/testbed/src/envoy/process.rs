//! A child process that lives exactly as long as its handle.

use std::{
    fs::File,
    io,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result};

/// A child process; killed and reaped when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// The thread that spawned the child, and what it waits for. Some builds of Envoy ask the
    /// kernel for a signal when their parent dies, and that means the *thread* which spawned them
    /// (prctl(2), `PR_SET_PDEATHSIG`). A test's own thread may be gone before the Envoy that it
    /// shares with other tests; this one stays until the child has been reaped.
    parent: Option<(JoinHandle<()>, mpsc::Sender<()>)>,
}

impl Process {
    /// Spawns `command` with both of its outputs in the file `log`.
    pub(super) fn spawn(mut command: Command, log: &Path) -> Result<Self> {
        let output = File::create(log)?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let (spawned, result) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let program = command.get_program().to_owned();
        let thread = thread::Builder::new()
            .name("parent of a process".into())
            .spawn(move || {
                let _ = spawned.send(command.spawn());
                // Returns when the sender is dropped; nothing is ever sent.
                let _ = released.recv();
            })?;
        let child = result
            .recv()?
            .with_context(|| format!("can't run {}", program.display()))?;
        Ok(Self {
            child,
            parent: Some((thread, release)),
        })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did.
    pub(super) fn exited(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for its end.
    pub(super) fn wait(mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail if it has ended and was reaped, which is what they are for.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some((thread, release)) = self.parent.take() {
            drop(release);
            let _ = thread.join();
        }
    }
}
