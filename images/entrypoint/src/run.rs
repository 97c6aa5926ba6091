//! Starts gammactl and Envoy, and stays with them.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{
    admin, drain,
    program::{PATIENCE, POLL, Program, code},
    told::Told,
};

/// Before gammactl is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// Where manifests are mounted.
const ROUTES: &str = "/routes";
/// What gammactl writes and Envoy reads. In `/tmp`, since that can be written where the root can't.
const XDS: &str = "/tmp/gamma";
const BOOTSTRAP: &str = "/tmp/gamma/envoy.yaml";
const MODULE: &str = "/etc/gamma/gamma-filter.wasm";
const LISTEN: &str = "0.0.0.0:10000";

/// Runs both until Envoy has ended: the exit code.
///
/// # Errors
///
/// There are no manifests, or a program can't be started.
pub(crate) fn run(arguments: &[String]) -> Result<u8> {
    let (mut for_gammactl, for_envoy) = options(arguments);
    let elsewhere =
        |argument: &String| argument.starts_with("-f") || argument.starts_with("--file");
    if Path::new(ROUTES).is_dir() {
        for_gammactl.extend(["-f".into(), ROUTES.into()]);
    } else if !for_gammactl.iter().any(elsewhere) {
        bail!(
            "there are no manifests: mount a folder of them, as in -v \"$PWD/routes:{ROUTES}:ro\""
        );
    }
    let told = Told::listen()?;
    let mut gammactl = Watcher::start(for_gammactl)?;
    while !Path::new(BOOTSTRAP).exists() {
        if told.times() > 0 {
            gammactl.program.end(PATIENCE);
            return Ok(0);
        }
        gammactl.look()?;
        thread::sleep(POLL);
    }
    let mut envoy = Program::start("Envoy", "/usr/local/bin/envoy", &for_envoy)?;
    let ended = loop {
        if let Some(status) = envoy.ended() {
            break status;
        }
        if told.times() > 0 {
            gammactl.program.end(PATIENCE);
            drain::drain(&told, &mut envoy);
            return Ok(0);
        }
        gammactl.look()?;
        thread::sleep(POLL);
    };
    println!("Envoy has ended: {ended}");
    gammactl.program.end(PATIENCE);
    // Also where Envoy was made to end by its admin interface: nobody has told this program to.
    Ok(code(ended).max(1))
}

/// The options of `gammactl envoy`, but for the manifests, and those of Envoy.
fn options(arguments: &[String]) -> (Vec<String>, Vec<String>) {
    let split = arguments.iter().position(|argument| argument == "--");
    let (own, more) = arguments.split_at(split.unwrap_or(arguments.len()));
    let admin = admin::ADDRESS.to_string();
    let fixed = [
        "envoy", "--watch", "-o", XDS, "--wasm", MODULE, "--admin", &admin, "--listen", LISTEN,
    ];
    let mut for_gammactl: Vec<String> = fixed.map(str::to_owned).into();
    for_gammactl.extend_from_slice(own);
    // Hot restart is for two Envoys on one machine.
    let mut for_envoy: Vec<String> = ["-c", BOOTSTRAP, "--disable-hot-restart"]
        .map(str::to_owned)
        .into();
    for_envoy.extend(more.iter().skip(1).cloned());
    (for_gammactl, for_envoy)
}

/// A gammactl that is started again when it has ended.
struct Watcher {
    program: Program,
    options: Vec<String>,
    again: Option<Instant>,
    /// Whether it has run for longer than a wrong option lets it.
    has_worked: bool,
}

impl Watcher {
    fn start(options: Vec<String>) -> Result<Self> {
        Ok(Self {
            program: Self::program(&options)?,
            options,
            again: None,
            has_worked: false,
        })
    }

    fn program(options: &[String]) -> Result<Program> {
        Program::start("gammactl", "/usr/local/bin/gammactl", options)
    }

    /// # Errors
    ///
    /// It has ended before there was anything for Envoy, as with a wrong option, or can't be started.
    fn look(&mut self) -> Result<()> {
        self.has_worked |= Path::new(BOOTSTRAP).exists();
        match (self.again, self.program.ended()) {
            (Some(at), _) if Instant::now() >= at => {
                self.program = Self::program(&self.options)?;
                self.again = None;
            }
            (None, Some(status)) if self.has_worked => {
                println!("gammactl has ended: {status}; it is started again");
                self.again = Some(Instant::now() + PAUSE);
            }
            (None, Some(status)) => bail!("gammactl has ended: {status}"),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_divided_at_two_dashes() {
        let given = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let divided = |text: &str| {
            let (gammactl, envoy) = options(&given(text));
            (gammactl.join(" "), envoy.join(" "))
        };
        let (gammactl, envoy) = divided("-n shop -- -l debug");
        assert!(
            gammactl.ends_with("--listen 0.0.0.0:10000 -n shop"),
            "{gammactl}"
        );
        assert!(envoy.ends_with("--disable-hot-restart -l debug"), "{envoy}");
        let (gammactl, envoy) = divided("-n shop");
        assert!(gammactl.ends_with(" -n shop"), "{gammactl}");
        assert!(envoy.ends_with("--disable-hot-restart"), "{envoy}");
    }
}
