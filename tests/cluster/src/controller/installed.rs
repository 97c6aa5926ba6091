//! Installs the controller by `kubectl apply -k`, and takes it away.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::repository;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    edges::EDGE,
    folder::copy,
    kubectl::{get, kubectl, rolled_out, until},
    pair::{Pair, module},
};

/// Where it is.
pub(crate) const SYSTEM: &str = "gamma-system";
const DEPLOYMENT: &str = "gamma-controller";

/// A controller that runs. It is taken away when the test ends, however it does.
pub(crate) struct Installed {
    folder: TempDir,
}

/// The image of the controller.
pub(crate) fn image() -> String {
    let given = std::env::var("GAMMA_TEST_CONTROLLER");
    given.unwrap_or_else(|_| "localhost/gamma-controller:1".into())
}

impl Installed {
    /// With the module of these tests, ready.
    pub(crate) fn ready() -> Result<Self> {
        let installed = Self::with_module(&module()?)?;
        rolled_out(SYSTEM, DEPLOYMENT)?;
        until("a WasmPlugin", || {
            kubectl(&["-n", "istio-system", "get", "wasmplugin", "gamma"])
        })?;
        Ok(installed)
    }

    /// With another one, which may not be there; so nothing is waited for.
    pub(crate) fn with_module(url: &str) -> Result<Self> {
        Self::configured(&[("image", url)])
    }

    /// With these settings of its config map.
    pub(crate) fn configured(settings: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        copy(
            &repository::path("controller/deploy"),
            &folder.path().join("gamma"),
        )?;
        let canary = folder.path().join("canary");
        fs::create_dir(&canary)?;
        let role = format!("namespace: {EDGE}\nresources: [../gamma/canary]\n");
        fs::write(canary.join("kustomization.yaml"), role)?;
        let installed = Self { folder };
        installed.configure(settings)?;
        Ok(installed)
    }

    /// Gives it other settings, which starts it anew.
    pub(crate) fn configure(&self, settings: &[(&str, &str)]) -> Result<()> {
        let image = image();
        let (name, tag) = image.rsplit_once(':').context("an image with a tag")?;
        let has_canary = settings.iter().any(|(key, _)| *key == "canary");
        let resources: &[&str] = match has_canary {
            true => &["gamma", "canary"],
            false => &["gamma"],
        };
        let settings = settings.iter().map(|(key, value)| format!("{key}={value}"));
        let kustomization = json!({
            "resources": resources,
            "images": [{ "name": "gamma-controller", "newName": name, "newTag": tag }],
            "configMapGenerator": [{
                "name": DEPLOYMENT,
                "namespace": SYSTEM,
                "behavior": "merge",
                "literals": settings.collect::<Vec<_>>(),
            }],
        });
        let file = self.folder.path().join("kustomization.yaml");
        fs::write(file, kustomization.to_string())?;
        self.kubectl("apply", &[])?;
        Ok(())
    }

    fn kubectl(&self, verb: &str, more: &[&str]) -> Result<String> {
        let folder = self.folder.path().to_string_lossy();
        kubectl(&[&[verb, "-k", &folder], more].concat())
    }

    /// What its pods have logged.
    pub(crate) fn log(&self) -> Result<String> {
        let pods = "app.kubernetes.io/name=gamma-controller";
        kubectl(&["-n", SYSTEM, "logs", "-l", pods, "--tail=-1", "--prefix"])
    }

    /// Fails if its pods have not logged this.
    pub(crate) fn says(&self, text: &str) -> Result<()> {
        let log = self.log()?;
        ensure!(log.contains(text), "{text:?} is not in\n{log}");
        Ok(())
    }

    /// Takes it away, and then what it has written.
    pub(crate) fn remove(self) -> Result<()> {
        self.kubectl("delete", &["--ignore-not-found"])?;
        std::mem::forget(self);
        Pair::remove_all()
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        if let Ok(log) = self.log() {
            println!("the controller has logged:\n{log}");
        }
        // The test has failed already; the next one should not for it.
        let _ = self.kubectl("delete", &["--ignore-not-found"]);
        let _ = Pair::remove_all();
    }
}

/// The replica that writes, by the Lease.
pub(crate) fn leader() -> Result<String> {
    let lease = get(&["-n", SYSTEM, "lease", DEPLOYMENT])?;
    let holder = lease
        .pointer("/spec/holderIdentity")
        .and_then(Value::as_str);
    let holder = holder.filter(|holder| !holder.is_empty());
    Ok(holder.context("nobody has the Lease")?.to_owned())
}
