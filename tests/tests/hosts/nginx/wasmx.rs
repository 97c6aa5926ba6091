//! The real thing: an nginx with WasmX, the filter in it, and all of the generated configuration. `$NGINX` names one; no
//! package registry has it.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use gamma_compile::{self as compile};
use gamma_manifest::Manifests;
use gamma_testbed::{
    client::Request,
    drive::{Driver, Sender},
    fixture::{Exchange, Observed, Protocol, to_request},
    ports::Port,
    stage::Backends,
};
use tempfile::TempDir;

use super::{Build, Generated, Nginx};

/// The nginx with WasmX that `$NGINX` names.
pub(crate) fn wasmx() -> Option<PathBuf> {
    let path = std::env::var_os("NGINX").map(PathBuf::from);
    if path.is_none() {
        eprintln!("SKIPPED: $NGINX names no nginx with WasmX (ngx_wasm_module)");
    }
    path
}

/// nginx, and an echo backend behind every Service port.
pub(crate) struct WasmxNginx {
    nginx: Nginx,
    sender: Sender,
    backends: Backends,
    /// How many requests each backend had received at the mark.
    marked: Vec<usize>,
    _files: TempDir,
}

impl WasmxNginx {
    /// Listens on `port`, which a fixture may name.
    pub(crate) fn start(
        nginx: &Path,
        manifests: &Manifests,
        options: &compile::Options,
        port: Port,
    ) -> Result<Self> {
        let backends = Backends::start(manifests)?;
        let files = tempfile::tempdir()?;
        let directory = files.path().display().to_string();
        let manifests = &backends.manifests;
        let generated = Generated::of(manifests, options, port.address(), &directory)?;
        fs::write(files.path().join(&generated.module_name), &generated.module)?;
        Ok(Self {
            nginx: Nginx::start(nginx, Build::WasmX, &generated.conf, port)?,
            sender: Sender::default(),
            marked: Vec::new(),
            backends,
            _files: files,
        })
    }

    fn received(&self) -> Vec<usize> {
        let echoes = self.backends.echoes.iter();
        echoes.map(|echo| echo.received().len()).collect()
    }

    /// Waits for copies: nginx ends them before it reads the next request of a connection.
    fn settle(&mut self, address: SocketAddr) -> Result<()> {
        let request = Request::get("not-found.gamma.invalid", "/");
        let response = self.sender.http(address, &request)?;
        ensure!(response.status == 404, "{}", response.status);
        Ok(())
    }
}

impl Driver for WasmxNginx {
    fn send(&mut self, exchange: &Exchange) -> Result<Observed> {
        let mut request = to_request(&exchange.request, &exchange.headers);
        request.body = exchange.body.clone().into_bytes();
        let mut address = self.nginx.address(exchange.protocol);
        if let Some(dial) = exchange.dial {
            address.set_ip(dial);
        }
        // The name of the rule is a property that nothing in nginx reads: it stays unknown.
        self.sender.send(address, request, exchange.protocol)
    }

    fn mark(&mut self) -> Result<()> {
        self.marked = self.received();
        Ok(())
    }

    /// What a backend has received beyond what it has answered.
    fn mirrored(&mut self, observed: &mut [Observed]) -> Result<()> {
        self.settle(self.nginx.address(Protocol::Http))?;
        for (echo, marked) in self.backends.echoes.iter().zip(&self.marked) {
            let answered = observed.iter().filter(|o| {
                let seen = o.seen.as_ref();
                seen.is_some_and(|seen| seen.backend == *echo.identity())
            });
            let copies = (echo.received().len() - marked).saturating_sub(answered.count());
            if let Some(first) = observed.first_mut() {
                first.mirrored.extend(vec![echo.identity().clone(); copies]);
            }
        }
        Ok(())
    }
}
