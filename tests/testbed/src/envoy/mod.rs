//! Envoy as a child process.
//!
//! An [`Envoy`] is ready for requests once it exists, and gone once it is dropped. What it logs
//! goes to a file whose end is quoted in every error.

mod find;
mod process;
#[cfg(test)]
mod tests;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
pub use find::find;
use process::Process;
use tempfile::TempDir;

use crate::client::{Client, Request};

/// How long Envoy may take to become ready. A debug build of the filter on a busy machine needs a
/// few seconds; nothing needs this.
const DEADLINE: Duration = Duration::from_secs(60);
/// Between two looks at something that Envoy is about to do.
const POLL: Duration = Duration::from_millis(10);

/// Where Envoy's bootstrap comes from.
#[derive(Debug, Clone, Copy)]
pub enum Bootstrap<'a> {
    /// A file; its extension says whether it is YAML or JSON.
    File(&'a Path),
    /// JSON (if it starts with a brace) or YAML.
    Text(&'a str),
}

/// How to run Envoy.
#[derive(Debug, Clone)]
pub struct Options {
    /// Number of worker threads.
    pub concurrency: u32,
    /// Envoy's `--log-level`, for all its components.
    pub log_level: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 1,
            log_level: "warning".into(),
        }
    }
}

/// A running Envoy. It is killed and reaped when dropped, and its files are removed.
#[derive(Debug)]
pub struct Envoy {
    // In the order in which they have to go.
    process: Process,
    admin: SocketAddr,
    directory: TempDir,
}

impl Envoy {
    /// Starts Envoy and waits until it serves. The bootstrap must have an admin address; port 0
    /// will do there and in listeners.
    ///
    /// # Errors
    ///
    /// There is no Envoy, it refused the bootstrap, or it wasn't ready within a minute. The message
    /// ends with the last lines of its log.
    pub fn start(bootstrap: Bootstrap<'_>, options: &Options) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("gamma-envoy-").tempdir()?;
        let log = log_path(&directory);
        let admin_path = directory.path().join("admin");
        let mut command = Command::new(find()?);
        command
            .arg("--config-path")
            .arg(materialise(bootstrap, &directory)?)
            .arg("--admin-address-path")
            .arg(&admin_path)
            .args(["--concurrency", &options.concurrency.to_string()])
            .args(["--log-level", &options.log_level])
            // Access logs, which otherwise take ten seconds.
            .args(["--file-flush-interval-msec", "50"])
            // Hot restart wants shared memory under a name that parallel Envoys would fight over.
            .arg("--disable-hot-restart");
        let mut process = Process::spawn(command, &log)?;

        let started = Instant::now();
        let admin = loop {
            if let Some(admin) = live_admin(&admin_path) {
                break admin;
            }
            if let Some(status) = process.exited()? {
                bail!("Envoy exited with {status}\n{}", tail(&log));
            }
            ensure!(
                started.elapsed() < DEADLINE,
                "Envoy wasn't ready after {DEADLINE:?}\n{}",
                tail(&log)
            );
            std::thread::sleep(POLL);
        };
        Ok(Self {
            process,
            admin,
            directory,
        })
    }

    /// Where its admin interface listens.
    #[must_use]
    pub fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// Where the listener `name` listens; of use where the bootstrap says port 0.
    ///
    /// # Errors
    ///
    /// The admin interface doesn't answer or knows no such listener.
    pub fn listener(&self, name: &str) -> Result<SocketAddr> {
        // One `name::address:port` a line.
        let listeners = self.admin_get("/listeners")?;
        listeners
            .lines()
            .filter_map(|line| line.split_once("::"))
            .find(|(found, _)| *found == name)
            .and_then(|(_, address)| address.parse().ok())
            .with_context(|| format!("no listener {name} in:\n{listeners}"))
    }

    /// Asks the admin interface; the body of its answer.
    ///
    /// # Errors
    ///
    /// It doesn't answer 200.
    pub fn admin_get(&self, path: &str) -> Result<String> {
        let request = Request::get("admin", path);
        let response = Client::new(self.admin)
            .send(&request)
            .with_context(|| format!("Envoy's admin interface, {path}\n{}", self.log_tail()))?;
        ensure!(response.status == 200, "{path}: {}", response.text());
        Ok(response.text())
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Everything that it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        read_log(&log_path(&self.directory))
    }

    /// The last lines of its log, for messages.
    #[must_use]
    pub fn log_tail(&self) -> String {
        tail(&log_path(&self.directory))
    }
}

/// The admin address that Envoy wrote to `path`, once Envoy says that it is live.
fn live_admin(path: &Path) -> Option<SocketAddr> {
    let admin = fs::read_to_string(path).ok()?.trim().parse().ok()?;
    let ready = Client::new(admin)
        .send(&Request::get("admin", "/ready"))
        .ok()?;
    (ready.status == 200).then_some(admin)
}

/// Asks Envoy whether it would accept `bootstrap`; plugins are configured as well.
///
/// # Errors
///
/// It would not, and the message ends with why.
pub fn validate(bootstrap: Bootstrap<'_>) -> Result<()> {
    let directory = tempfile::Builder::new().prefix("gamma-envoy-").tempdir()?;
    let log = log_path(&directory);
    let mut command = Command::new(find()?);
    command
        .args(["--mode", "validate", "--config-path"])
        .arg(materialise(bootstrap, &directory)?);
    let status = Process::spawn(command, &log)?.wait()?;
    ensure!(status.success(), "Envoy refuses the config\n{}", tail(&log));
    Ok(())
}

fn materialise(bootstrap: Bootstrap<'_>, directory: &TempDir) -> Result<PathBuf> {
    match bootstrap {
        Bootstrap::File(path) => Ok(path.to_owned()),
        Bootstrap::Text(text) => {
            let json = text.trim_start().starts_with('{');
            let name = if json { "envoy.json" } else { "envoy.yaml" };
            let path = directory.path().join(name);
            fs::write(&path, text)?;
            Ok(path)
        }
    }
}

fn log_path(directory: &TempDir) -> PathBuf {
    directory.path().join("envoy.log")
}

fn read_log(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn tail(log: &Path) -> String {
    const LINES: usize = 30;
    let log = read_log(log);
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
