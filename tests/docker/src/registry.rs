//! A registry of Docker's on loopback.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use gamma_testbed::{
    client::{Client, Request, Response},
    ports::Port,
};
use tempfile::TempDir;

use crate::until::until;

/// It ends when dropped, with all that was pushed.
pub(crate) struct LoopbackRegistry {
    process: Child,
    port: Port,
    _storage: TempDir,
}

impl LoopbackRegistry {
    pub(crate) fn start() -> Result<Self> {
        let storage = tempfile::tempdir()?;
        let port = Port::reserve()?;
        let config = storage.path().join("config.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n\
             http: {{addr: '{}'}}\n",
            storage.path().display(),
            port.address()
        );
        fs::write(&config, text)?;
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("docker-registry")?;
        let registry = Self {
            process,
            port,
            _storage: storage,
        };
        until("the registry answers", || {
            Ok(registry.get("/v2/", "*/*").is_ok().then_some(()))
        })?;
        Ok(registry)
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.port.address().to_string()
    }

    pub(crate) fn get(&self, path: &str, accept: &str) -> Result<Response> {
        let request = Request::get(self.address(), path).header("accept", accept);
        Ok(Client::new(self.port.address()).send(&request)?)
    }

    pub(crate) fn put(&self, path: &str, content_type: &str, body: &str) -> Result<Response> {
        let mut request =
            Request::new("PUT", self.address(), path).header("content-type", content_type);
        request.body = body.into();
        Ok(Client::new(self.port.address()).send(&request)?)
    }
}

impl Drop for LoopbackRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
