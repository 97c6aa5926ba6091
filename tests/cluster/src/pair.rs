//! The objects that `gammactl istio` writes: an EnvoyFilter and a WasmPlugin for each scope.

use std::{fs, process::Command};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::kubectl::{apply, kubectl, list, run};

/// Objects for Istio, in the order of the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pair {
    pub(crate) objects: Vec<Value>,
}

/// `gammactl`, as people have it.
pub(crate) fn gammactl() -> Command {
    Command::new(std::env::var_os("GAMMACTL").unwrap_or_else(|| "gammactl".into()))
}

/// The URL of the module, which the sidecars of this cluster can fetch.
pub(crate) fn module() -> Result<String> {
    std::env::var("GAMMA_TEST_MODULE")
        .context("GAMMA_TEST_MODULE is not set: an oci:// URL that the sidecars can fetch from")
}

/// The URL of another one, which does the same.
pub(crate) fn other_module() -> Result<String> {
    std::env::var("GAMMA_TEST_OTHER_MODULE").context("GAMMA_TEST_OTHER_MODULE is not set")
}

/// The URL of one that no proxy can run.
pub(crate) fn broken_module() -> Result<String> {
    std::env::var("GAMMA_TEST_BROKEN_MODULE").context("GAMMA_TEST_BROKEN_MODULE is not set")
}

impl Pair {
    /// What `gammactl istio` writes of `manifests`, which are YAML or JSON.
    pub(crate) fn compile(manifests: &[&str], arguments: &[&str]) -> Result<Self> {
        Self::with_module(&module()?, manifests, arguments)
    }

    /// The same with another module.
    pub(crate) fn with_module(
        module: &str,
        manifests: &[&str],
        arguments: &[&str],
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = gammactl();
        command
            .arg("istio")
            .args(["--image", module])
            .args(arguments);
        for (index, text) in manifests.iter().enumerate() {
            let path = folder.path().join(format!("{index}.yaml"));
            fs::write(&path, text)?;
            command.arg("-f").arg(path);
        }
        Self::read(&run(&mut command, None)?)
    }

    /// Reads what `gammactl istio` has written.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let objects: Vec<Value> = serde_saphyr::from_multiple(text)?;
        ensure!(!objects.is_empty(), "gammactl istio wrote no object");
        Ok(Self { objects })
    }

    pub(crate) fn apply(&self) -> Result<()> {
        apply(&list(&self.objects))?;
        Ok(())
    }

    /// Takes away everything that `gammactl` has ever written, the filters before the routes.
    pub(crate) fn remove_all() -> Result<()> {
        for kind in ["wasmplugin", "envoyfilter"] {
            let label = "app.kubernetes.io/managed-by=gammactl";
            kubectl(&["delete", kind, "-A", "-l", label, "--ignore-not-found"])?;
        }
        Ok(())
    }

    fn of_kind<'p>(&'p self, kind: &'static str) -> impl Iterator<Item = &'p Value> {
        self.objects
            .iter()
            .filter(move |object| object["kind"] == kind)
    }

    pub(crate) fn plugins(&self) -> impl Iterator<Item = &Value> {
        self.of_kind("WasmPlugin")
    }

    pub(crate) fn envoy_filters(&self) -> impl Iterator<Item = &Value> {
        self.of_kind("EnvoyFilter")
    }

    pub(crate) fn plugin_configs(&self) -> impl Iterator<Item = &Value> {
        self.plugins().map(|plugin| &plugin["spec"]["pluginConfig"])
    }

    /// The routes, each of which is put before all others, in this order.
    pub(crate) fn routes(&self) -> impl Iterator<Item = &Value> {
        let patches = self
            .envoy_filters()
            .filter_map(|o| o["spec"]["configPatches"].as_array());
        patches.flatten().map(|patch| &patch["patch"]["value"])
    }
}
