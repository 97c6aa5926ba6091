//! A real nginx with a generated configuration: one with WasmX has all of it, another one all but the filter.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use gamma_testbed::{fixture::Protocol, ports::Port};
use tempfile::TempDir;

use super::tree::{self, Directive};

/// How long nginx may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// The nginx of this machine: `$STOCK_NGINX`, or the one of a package.
///
/// # Panics
///
/// There is none, and `CI` is set.
pub(crate) fn stock() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("STOCK_NGINX") {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let mut files = folders.map(|folder| folder.join("nginx"));
    let found = files.find(|file| file.is_file());
    if found.is_none() {
        const MISSING: &str = "no nginx on this machine; install one, or name it in $STOCK_NGINX";
        let ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
        assert!(!ci, "{MISSING}");
        eprintln!("SKIPPED: {MISSING}");
    }
    found
}

/// What an nginx was built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    Stock,
    WasmX,
}

/// A running nginx.
#[derive(Debug)]
pub(crate) struct Nginx {
    child: Child,
    http: Port,
    /// Where HTTP/2 is spoken without TLS, which older versions do on a port of its own.
    http2: Port,
    _files: TempDir,
}

impl Nginx {
    /// `conf` listens on `port`.
    pub(crate) fn start(nginx: &Path, build: Build, conf: &str, port: Port) -> Result<Self> {
        let http2 = Port::reserve()?;
        let files = tempfile::tempdir()?;
        let path = files.path().join("nginx.conf");
        fs::write(
            &path,
            adapted(conf, build, port.address(), http2.address(), files.path())?,
        )?;
        let log = fs::File::create(files.path().join("log"))?;
        let mut child = Command::new(nginx)
            .arg("-c")
            .arg(&path)
            .args(["-g", "daemon off; master_process off;"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| nginx.display().to_string())?;
        let deadline = Instant::now() + PATIENCE;
        for address in [port.address(), http2.address()] {
            while TcpStream::connect(address).is_err() {
                let ended = child.try_wait()?.is_some();
                if ended || Instant::now() > deadline {
                    let _ = child.kill();
                    let _ = child.wait();
                    bail!(
                        "nginx does not listen: {}",
                        fs::read_to_string(files.path().join("log"))?
                    );
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(Self {
            child,
            http: port,
            http2,
            _files: files,
        })
    }

    pub(crate) fn address(&self, protocol: Protocol) -> SocketAddr {
        match protocol {
            Protocol::Http | Protocol::WebSocket => self.http.address(),
            Protocol::Grpc | Protocol::H2 => self.http2.address(),
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether nginx takes the configuration, without the directives of WasmX.
pub(crate) fn check(nginx: &Path, conf: &str, listen: SocketAddr) -> Result<()> {
    let files = tempfile::tempdir()?;
    let path = files.path().join("nginx.conf");
    let port = Port::reserve()?;
    fs::write(
        &path,
        adapted(conf, Build::Stock, listen, port.address(), files.path())?,
    )?;
    let output = Command::new(nginx)
        .arg("-t")
        .arg("-c")
        .arg(&path)
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The configuration for an nginx in one process, which may be older than 1.25.1: it speaks HTTP/2 on a port of its own.
fn adapted(
    conf: &str,
    build: Build,
    http: SocketAddr,
    http2: SocketAddr,
    files: &Path,
) -> Result<String> {
    let mut main = tree::read(conf)?;
    main.retain(|directive| {
        let is_of_wasmx = directive.name() == "wasm" && build == Build::Stock;
        !is_of_wasmx && directive.name() != "worker_processes"
    });
    let files = files
        .to_str()
        .context("the path of a temporary directory")?;
    main.push(directive(&["pid", &format!("{files}/pid")]));
    main.push(directive(&["error_log", "stderr", "warn"]));
    let is_http = |directive: &&mut Directive| directive.name() == "http";
    let block = main
        .iter_mut()
        .find(is_http)
        .and_then(|http| http.block.as_mut());
    let block = block.context("no http")?;
    for what in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        block.push(directive(&[
            &format!("{what}_temp_path"),
            &format!("{files}/{what}"),
        ]));
    }
    block.push(directive(&["access_log", "off"]));
    for item in block.iter_mut() {
        let name = item.words.get(1).cloned().unwrap_or_default();
        match (&*item.words[0], &mut item.block) {
            ("upstream", Some(servers)) if name.starts_with("grpc_") => {
                for server in servers
                    .iter_mut()
                    .filter(|s| s.words.get(1) == Some(&http.to_string()))
                {
                    server.words[1] = http2.to_string();
                }
            }
            ("server", Some(inside)) => {
                inside.retain(|directive| directive.name() != "http2");
                let listens = inside.iter().filter(|d| d.name() == "listen");
                let more = listens.take(1).map(|listen| {
                    let mut listen = listen.clone();
                    listen.words[1] = http2.to_string();
                    listen.words.push("http2".into());
                    listen
                });
                let more: Vec<Directive> = more.collect();
                inside.extend(more);
                for location in inside.iter_mut().filter(|d| d.name() == "location") {
                    if let Some(block) = &mut location.block {
                        block.retain(|d| d.name() != "proxy_wasm" || build == Build::WasmX);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(tree::write(&main))
}

fn directive(words: &[&str]) -> Directive {
    Directive {
        words: words.iter().map(|word| (*word).into()).collect(),
        block: None,
    }
}
