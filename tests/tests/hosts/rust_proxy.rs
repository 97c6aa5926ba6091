//! The proxy of `examples/rust-proxy`, which has the filter in a host from crates.io, as a child process.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use gamma_compile as compile;
use gamma_config::HostKind;
use gamma_manifest::{Manifests, diagnostic::Diagnostics};
use gamma_testbed::{
    drive::{Driver, Sender},
    echo::Identity,
    fixture::{Exchange, Observed, to_request},
    repository,
    stage::{Backends, NO_ENDPOINTS},
};
use tempfile::TempDir;

/// The proxy, and an echo backend behind every Service port.
pub(crate) struct RustProxy {
    address: SocketAddr,
    sender: Sender,
    child: Child,
    _backends: Backends,
    _files: TempDir,
}

impl RustProxy {
    pub(crate) fn start(manifests: &Manifests, options: &compile::Options) -> Result<Self> {
        let binary = repository::path("target/rust-proxy/debug/gamma-rust-proxy");
        let backends = Backends::start(manifests)?;
        let mut config = compile::compile(manifests, options, &mut Diagnostics::default());
        config.settings.host = Some(HostKind::Other);
        let files = tempfile::tempdir()?;
        let (config_file, clusters) = (
            files.path().join("config.json"),
            files.path().join("clusters.txt"),
        );
        fs::write(&config_file, serde_json::to_vec(&config)?)?;
        fs::write(&clusters, cluster_lines(&backends, manifests))?;
        let mut child = Command::new(&binary)
            .arg(repository::path("dist/gamma-filter-compat.wasm"))
            .args([&config_file, &clusters])
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{}: run `make hosts`", binary.display()))?;
        let mut line = String::new();
        let output = child.stdout.take().context("its output")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ");
        Ok(Self {
            address: address.context("it does not listen")?.parse()?,
            sender: Sender::default(),
            child,
            _backends: backends,
            _files: files,
        })
    }
}

/// A line for each cluster that somebody listens for.
fn cluster_lines(backends: &Backends, manifests: &Manifests) -> String {
    let is_dead = |identity: &Identity| {
        manifests.services.iter().any(|service| {
            let labels = &service.metadata.labels;
            *service.metadata.namespace == identity.namespace
                && service.metadata.name.value == identity.service
                && labels.iter().any(|(key, _)| key == NO_ENDPOINTS)
        })
    };
    let alive = backends
        .echoes
        .iter()
        .filter(|echo| !is_dead(echo.identity()));
    let lines = alive.map(|echo| {
        let Identity {
            namespace,
            service,
            port,
        } = echo.identity();
        format!("{namespace}/{service}/{port} {}\n", echo.address())
    });
    lines.collect()
}

impl Driver for RustProxy {
    fn send(&mut self, exchange: &Exchange) -> Result<Observed> {
        let mut request = to_request(&exchange.request, &exchange.headers);
        request.body = exchange.body.clone().into_bytes();
        self.sender.send(self.address, request, exchange.protocol)
    }
}

impl Drop for RustProxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
