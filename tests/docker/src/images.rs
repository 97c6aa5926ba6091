//! The images: what is in them, and that it does not matter who makes them.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result, ensure};
use gamma_image::{Dockerfile, read_archive};
use gamma_registry::{Digest, OciImage};
use gamma_testbed::repository;
use serde_json::Value;

use crate::{
    base,
    docker::{docker, inspect, try_docker},
    ground::{EngineTest, Ground},
    registry::LoopbackRegistry,
};

pub(crate) const TESTS: &[EngineTest] = &[
    ("images::the_same_everywhere", the_same_everywhere),
    ("images::an_engine_takes_them", an_engine_takes_them),
    ("images::an_engine_makes_the_same", an_engine_makes_the_same),
    ("images::programs_start", programs_start),
];

const NAMES: [&str; 4] = [
    "gamma-filter",
    "gammactl",
    "gamma-controller",
    "gamma-envoy",
];

/// `make push`: the references that it prints.
pub(crate) fn push(registry: &LoopbackRegistry) -> Result<Vec<String>> {
    let (to, base) = (registry.address(), based(registry)?);
    let mut make = Command::new("make");
    make.args([
        "push",
        &format!("REGISTRY={to}/team"),
        &format!("BASE={base}"),
    ])
    // A make around this one hands its options on.
    .env_remove("MAKEFLAGS")
    // What it builds is there, and there may be no network.
    .env("CARGO_NET_OFFLINE", "true")
    .current_dir(repository::path(""));
    let output = make.output().context("make")?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{printed}");
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "make push: {}\n{said}",
        output.status
    );
    let is_reference = |line: &&str| line.contains(&*to) && line.contains("@sha256:");
    let pushed: Vec<String> = printed
        .lines()
        .filter(is_reference)
        .map(str::to_owned)
        .collect();
    ensure!(pushed.len() == NAMES.len(), "pushed: {pushed:?}");
    Ok(pushed)
}

/// The base, where it can be had without an engine.
fn based(registry: &LoopbackRegistry) -> Result<String> {
    Ok(format!("{}/{}", registry.address(), base::name()?))
}

fn archive(name: &str) -> Result<OciImage> {
    let path = repository::path(&format!("dist/{name}.oci.tar"));
    Ok(read_archive(&fs::read(path)?)?)
}

/// Elsewhere, later and with another umask, bit for bit.
fn the_same_everywhere(ground: &Ground) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let base = format!("BASE={}", based(&ground.registry)?);
    for name in NAMES {
        let file = repository::path(&format!("images/{name}.Dockerfile"));
        let dockerfile = Dockerfile::parse(&fs::read_to_string(&file)?, &[])?;
        for (source, _) in &dockerfile.files {
            let to = folder.path().join(source);
            fs::create_dir_all(to.parent().context("a file in a folder")?)?;
            fs::copy(repository::path(source), &to)?;
            let later = SystemTime::now() + Duration::from_secs(3600);
            fs::File::options()
                .append(true)
                .open(&to)?
                .set_modified(later)?;
            run("chmod", &["go-rx", &to.display().to_string()])?;
        }
        let mut writer =
            Command::new(repository::path("target/release/gamma-image").canonicalize()?);
        writer
            .arg("build")
            .arg(file.canonicalize()?)
            .args([name, "again.tar"]);
        if dockerfile.base.is_some() {
            writer.arg(&base);
        }
        let output = writer.current_dir(folder.path()).output()?;
        ensure!(output.status.success(), "{output:?}");
        let first = fs::read(repository::path(&format!("dist/{name}.oci.tar")))?;
        ensure!(
            fs::read(folder.path().join("again.tar"))? == first,
            "{name} is another one"
        );
        println!("{name}: {} KiB, twice", first.len() >> 10);
    }
    Ok(())
}

/// To load one and to pull it is the same; an engine calls an image by the digest of its config.
fn an_engine_takes_them(ground: &Ground) -> Result<()> {
    for (name, reference) in NAMES.iter().zip(&ground.pushed).skip(1) {
        let config = &archive(name)?.blobs[0];
        let expected = Digest::of(config).to_string();
        ensure!(
            inspect(name)?["Id"] == *expected,
            "{name} was loaded as something else"
        );
        docker(&["pull", "-q", reference])?;
        let pulled = inspect(reference)?["Id"].clone();
        ensure!(pulled == *expected, "{reference} was pulled as {pulled}");
        docker(&["rmi", reference])?;
    }
    Ok(())
}

/// The Dockerfiles are for engines as well.
fn an_engine_makes_the_same(_: &Ground) -> Result<()> {
    for name in NAMES {
        let file = format!("images/{name}.Dockerfile");
        let by_engine = format!("by-engine/{name}");
        docker(&["build", "-q", "-t", &by_engine, "-f", &file, "."])?;
        let loaded = match name {
            // Nobody runs it, so `make image` has not loaded it.
            "gamma-filter" => {
                docker(&["load", "-q", "-i", "dist/gamma-filter.oci.tar"])?;
                name
            }
            _ => name,
        };
        let settings = |image: &str| -> Result<Value> {
            let config = inspect(image)?["Config"].clone();
            let of = ["User", "Entrypoint", "Cmd", "ExposedPorts", "Healthcheck"];
            Ok(of.iter().map(|member| config[member].clone()).collect())
        };
        let (ours, theirs) = (settings(loaded)?, settings(&by_engine)?);
        ensure!(ours == theirs, "{name}: {ours}\nby the engine: {theirs}");
        let folder = tempfile::tempdir()?;
        let ours = files(loaded, &folder.path().join("ours"))?;
        let theirs = files(&by_engine, &folder.path().join("theirs"))?;
        ensure!(ours == theirs, "{name}:\n{ours}\nby the engine:\n{theirs}");
        docker(&["rmi", &by_engine])?;
    }
    docker(&["rmi", "gamma-filter"])?;
    Ok(())
}

/// All files of an image, with mode, owner and content, but for those that an engine puts into every container.
fn files(image: &str, folder: &Path) -> Result<String> {
    fs::create_dir(folder)?;
    let container = docker(&["create", image, "nothing"])?;
    let exported = folder.with_extension("tar");
    let path = exported.display().to_string();
    let ended = docker(&["export", "-o", &path, &container]);
    docker(&["rm", &container])?;
    ended?;
    run("tar", &["-xpf", &path, "-C", &folder.display().to_string()])?;
    let script = "cd \"$1\" && find . -type f -printf '%p %m %U:%G ' -exec sha256sum {} \\; | sort";
    run(
        "bash",
        &["-c", script, "bash", &folder.display().to_string()],
    )
}

fn run(program: &str, words: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(words)
        .output()
        .context("a program")?;
    ensure!(output.status.success(), "{program} {words:?}: {output:?}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// They need nothing that is not in them, not even to be root.
fn programs_start(_: &Ground) -> Result<()> {
    let version = docker(&["run", "--rm", "--read-only", "gammactl", "--version"])?;
    ensure!(version.starts_with("gammactl "), "{version}");
    let shop = format!(
        "{}:/shop:ro",
        repository::path("examples/shop").canonicalize()?.display()
    );
    let checked = [
        "run",
        "--rm",
        "--read-only",
        "-v",
        &shop,
        "gammactl",
        "check",
        "--strict",
        "-f",
        "/shop",
    ];
    docker(&checked)?;
    // Without a cluster it says what it lacks.
    let output = try_docker(&["run", "--rm", "--read-only", "gamma-controller", "--help"])?;
    let help = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && help.contains("--image"),
        "{output:?}"
    );
    for (image, user) in [
        ("gammactl", "65532:65532"),
        ("gamma-controller", "65532:65532"),
    ] {
        ensure!(
            inspect(image)?["Config"]["User"] == user,
            "{image} runs as somebody else"
        );
    }
    Ok(())
}
