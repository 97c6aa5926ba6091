//! A container.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{
    docker::{docker, inspect, try_docker},
    until::until,
};

/// It is removed when dropped.
pub(crate) struct Container {
    name: String,
}

impl Container {
    /// `docker run -d WORDS`.
    pub(crate) fn run(name: &str, words: &[&str]) -> Result<Self> {
        // Removed whatever becomes of it.
        let container = Self { name: name.into() };
        docker(&[&["run", "-d", "--name", name], words].concat())?;
        Ok(container)
    }

    /// One that somebody else has made, and removes.
    pub(crate) fn of(name: &str) -> ContainerState<'_> {
        ContainerState(name)
    }

    pub(crate) fn state(&self) -> ContainerState<'_> {
        ContainerState(&self.name)
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = try_docker(&["rm", "-f", "-v", &self.name]);
    }
}

/// What can be asked of a container.
#[derive(Clone, Copy)]
pub(crate) struct ContainerState<'a>(&'a str);

impl ContainerState<'_> {
    pub(crate) fn inspect(&self) -> Result<Value> {
        inspect(self.0)
    }

    /// Whether it is `healthy`, `unhealthy` or still `starting`.
    pub(crate) fn health(&self) -> Result<String> {
        let state = self.inspect()?;
        let health = state["State"]["Health"]["Status"].as_str();
        Ok(health.context("it has no health check")?.to_owned())
    }

    /// Waits until the health check says so.
    pub(crate) fn until_healthy(&self) -> Result<()> {
        until("the container is healthy", || {
            Ok((self.health()? == "healthy").then_some(()))
        })
        .with_context(|| format!("{:?}", self.logs()))
    }

    /// The exit code, if it has ended.
    pub(crate) fn exit_code(&self) -> Result<Option<i64>> {
        let state = self.inspect()?;
        let running = state["State"]["Running"] == true;
        Ok(state["State"]["ExitCode"].as_i64().filter(|_| !running))
    }

    /// Where it is reached.
    pub(crate) fn address(&self, port: u16) -> Result<SocketAddr> {
        let state = self.inspect()?;
        let networks = state["NetworkSettings"]["Networks"].as_object();
        let mut networks = networks.into_iter().flat_map(|all| all.values());
        let address = networks.find_map(|network| network["IPAddress"].as_str()?.parse().ok());
        let address: Ipv4Addr = address.context("it has no address")?;
        Ok((address, port).into())
    }

    /// What it has printed on standard output, and on standard error.
    pub(crate) fn logs(&self) -> Result<(String, String)> {
        let output = try_docker(&["logs", self.0])?;
        ensure!(output.status.success(), "docker logs {}", self.0);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(&output.stdout), text(&output.stderr)))
    }

    /// The process in it that runs `program`, as this machine numbers it.
    pub(crate) fn process(&self, program: &str) -> Result<u32> {
        let processes = docker(&["top", self.0, "-eo", "pid,comm"])?;
        let mut lines = processes.lines().skip(1).map(str::split_whitespace);
        let found = lines.find_map(|mut words| {
            let pid = words.next()?.parse().ok()?;
            // The kernel keeps 15 bytes of a name.
            (words.next()? == &program[..program.len().min(15)]).then_some(pid)
        });
        found.with_context(|| format!("{program} does not run: {processes}"))
    }

    /// A line of `/proc/PID/status` of the process that runs `program`.
    pub(crate) fn status_line(&self, program: &str, name: &str) -> Result<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process(program)?))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let words = line
            .with_context(|| format!("no {name}"))?
            .split_whitespace();
        Ok(words.collect::<Vec<_>>().join(" "))
    }

    /// Kills a process as a fault would: the engine does not know that somebody wanted it.
    pub(crate) fn crash(&self, program: &str) -> Result<()> {
        let pid = self.process(program)?.to_string();
        let killed = std::process::Command::new("kill")
            .args(["-KILL", &pid])
            .status()?;
        ensure!(killed.success(), "{program} can't be killed");
        Ok(())
    }
}
