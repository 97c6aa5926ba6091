//! Makes images without an engine, and pushes them.
//!
//! `gamma-image build DOCKERFILE NAME ARCHIVE [ARG=VALUE...]` makes an image of files below the current directory;
//! `gamma-image push ARCHIVE REFERENCE` sends it to a registry, with the credentials of `docker login`. Both print the
//! digest of its manifest at the end of its name.

#![forbid(unsafe_code)]

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context as _, Result};
use gamma_image::{Dockerfile, build, read_archive, write_archive};
use gamma_registry::{DockerConfig, pull, push};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match &*words {
        ["build", dockerfile, name, archive, more @ ..] => make(dockerfile, name, archive, more),
        ["push", archive, reference] => send(archive, reference),
        _ => {
            eprintln!(
                "usage: gamma-image build DOCKERFILE NAME ARCHIVE [ARG=VALUE...]\n       \
                 gamma-image push ARCHIVE REFERENCE"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn make(dockerfile: &str, name: &str, archive: &str, arguments: &[&str]) -> Result<()> {
    let mut values = Vec::new();
    for argument in arguments {
        let (name, value) = argument
            .split_once('=')
            .context("after the archive: ARG=VALUE")?;
        values.push((name.to_owned(), value.to_owned()));
    }
    let text = fs::read_to_string(dockerfile).with_context(|| dockerfile.to_owned())?;
    let parsed = Dockerfile::parse(&text, &values).with_context(|| dockerfile.to_owned())?;
    let base = match &parsed.base {
        None => None,
        Some(base) => Some(pull(base, &DockerConfig::of_this_user()?).with_context(|| {
            format!("the base of {dockerfile}; another one can be named: BASE=REFERENCE")
        })?),
    };
    let image = build(&parsed, Path::new("."), base.as_ref())?;
    let bytes = write_archive(&image, &format!("{name}:latest"));
    fs::write(archive, &bytes).with_context(|| archive.to_owned())?;
    println!(
        "{archive}: {} bytes, {name}@{}",
        bytes.len(),
        image.digest()
    );
    if parsed.files.iter().any(|(_, path)| path == "plugin.wasm") {
        println!(
            "url of a WasmPlugin: oci://REGISTRY/{name}@{}",
            image.digest()
        );
    }
    Ok(())
}

fn send(archive: &str, reference: &str) -> Result<()> {
    let bytes = fs::read(archive).with_context(|| archive.to_owned())?;
    let image = read_archive(&bytes).with_context(|| archive.to_owned())?;
    push(reference, &image, &DockerConfig::of_this_user()?)?;
    let name_start = reference.rfind('/').map_or(0, |slash| slash + 1);
    let name_end = reference[name_start..].find(':').map(|at| name_start + at);
    let name = &reference[..name_end.unwrap_or(reference.len())];
    println!("{name}@{}", image.digest());
    Ok(())
}
