//! What stands in for the image that Envoy's project publishes, under the very name that the Dockerfile has: no
//! registry is asked for it. It has the Envoy that `make envoy` installs, the libraries that it is linked with, and
//! nothing else, as the distroless one that it stands in for has no shell either.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use gamma_image::Dockerfile;
use gamma_testbed::{envoy, repository};

use crate::{docker::docker, registry::LoopbackRegistry};

const TEXT: &str = "FROM scratch\nCOPY . /\nEXPOSE 10000\nUSER 65532\n\
                    ENTRYPOINT [\"/usr/local/bin/envoy\"]\nCMD [\"-c\", \"/etc/envoy/envoy.yaml\"]\n";

/// The name of Envoy's image.
pub(crate) fn name() -> Result<String> {
    let text = fs::read_to_string(repository::path("images/gamma-envoy.Dockerfile"))?;
    Dockerfile::parse(&text, &[])?
        .base
        .context("gamma-envoy has no base")
}

/// The engine gets it, and the registry for who has no engine.
pub(crate) fn make(registry: &LoopbackRegistry) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("root");
    let program = envoy_program()?;
    copy(&program, &root.join("usr/local/bin/envoy"))?;
    for library in libraries(&program)? {
        copy(&library, &root.join(library.strip_prefix("/")?))?;
    }
    let temporary = root.join("tmp");
    fs::create_dir_all(&temporary)?;
    fs::set_permissions(&temporary, fs::Permissions::from_mode(0o1777))?;
    let dockerfile = folder.path().join("Dockerfile");
    fs::write(&dockerfile, TEXT)?;
    let name = name()?;
    let path = |path: &Path| path.display().to_string();
    docker(&[
        "build",
        "-q",
        "-t",
        &name,
        "-f",
        &path(&dockerfile),
        &path(&root),
    ])?;
    let there = format!("{}/{name}", registry.address());
    docker(&["tag", &name, &there])?;
    docker(&["push", "-q", &there])?;
    docker(&["rmi", &there])?;
    println!("{name} stands in for Envoy's image");
    Ok(())
}

/// What a wheel installs as `envoy` is a script in front of the program.
fn envoy_program() -> Result<PathBuf> {
    let found = envoy::find()?;
    let is_program = |path: &Path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF"));
    if is_program(&found) {
        return Ok(found);
    }
    let library = found
        .parent()
        .and_then(Path::parent)
        .context("no Envoy")?
        .join("lib");
    for python in fs::read_dir(library)? {
        let path = python?.path().join("site-packages/envoy/_bin/envoy");
        if is_program(&path) {
            return Ok(path);
        }
    }
    anyhow::bail!("{} is no program, nor is one beside it", found.display())
}

fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("ldd").arg(program).output().context("ldd")?;
    let text = String::from_utf8(output.stdout)?;
    let paths: Vec<PathBuf> = text
        .split_whitespace()
        .filter(|word| word.starts_with('/'))
        .map(PathBuf::from)
        .collect();
    ensure!(!paths.is_empty(), "ldd names no library:\n{text}");
    Ok(paths)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a root can't be copied")?)?;
    fs::copy(from, to).with_context(|| from.display().to_string())?;
    Ok(())
}
