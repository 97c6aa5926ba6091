//! The crates of the workspace as Cargo knows them: their names, their dependencies and the files
//! with which their libraries and programs begin.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::tree::Tree;

/// One package of the workspace.
pub struct Package {
    /// As in its manifest.
    pub name: String,
    /// The folder of its manifest, relative to the root of the workspace.
    pub folder: PathBuf,
    /// The packages that it depends on, from the workspace and from registries.
    pub dependencies: Vec<Dependency>,
    /// What is compiled of it for others to use: the library and the programs, without tests.
    pub trees: Vec<Tree>,
}

/// A line of a manifest's dependencies.
#[derive(Deserialize)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// `None` for a normal dependency, else `dev` or `build`.
    pub kind: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<PackageMetadata>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct PackageMetadata {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    targets: Vec<CargoTarget>,
}

#[derive(Deserialize)]
struct CargoTarget {
    kind: Vec<String>,
    src_path: PathBuf,
}

/// The workspace that this crate belongs to, read from the disk.
///
/// # Errors
///
/// Cargo cannot say what is in the workspace, or a file cannot be read or parsed.
pub fn read() -> Result<Vec<Package>> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let Metadata {
        packages,
        workspace_root: root,
    } = serde_json::from_slice(&output.stdout)?;
    packages
        .into_iter()
        .map(|package| {
            let trees = package
                .targets
                .iter()
                .filter(|target| !target.is_test())
                .map(|target| {
                    let start = target.src_path.strip_prefix(&root)?;
                    Tree::read(start, &|path| fs::read_to_string(root.join(path)).ok())
                })
                .collect::<Result<_>>()?;
            let folder = package.manifest_path.parent().unwrap_or(Path::new(""));
            Ok(Package {
                name: package.name,
                folder: folder.strip_prefix(&root)?.into(),
                dependencies: package.dependencies,
                trees,
            })
        })
        .collect()
}

impl CargoTarget {
    fn is_test(&self) -> bool {
        let is = |kind: &String| matches!(&**kind, "test" | "bench" | "example" | "custom-build");
        self.kind.iter().any(is)
    }
}
