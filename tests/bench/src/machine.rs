//! What the numbers were measured on.

use std::{fs, process::Command};

use anyhow::Result;
use gamma_testbed::envoy;

/// Lines for a report: processor, cores, memory, kernel, Envoy, compiler.
///
/// # Errors
///
/// There is no Envoy.
pub fn describe() -> Result<Vec<(&'static str, String)>> {
    let cores = std::thread::available_parallelism()?.get();
    Ok(vec![
        ("processor", format!("{}, {cores} cores", processor())),
        ("memory", format!("{} GiB", memory() >> 20)),
        ("kernel", first_line("uname", &["-sr"])),
        ("Envoy", envoy_version()?),
        ("compiler", first_line("rustc", &["--version"])),
        ("wasm-opt", first_line("wasm-opt", &["--version"])),
    ])
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": "));
    model.map_or("unknown", |(_, model)| model).to_owned()
}

/// In KiB.
fn memory() -> u64 {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = info.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|total| total.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0)
}

/// As in `envoy  version: 9e55…/1.40.0/Clean/RELEASE/BoringSSL`.
fn envoy_version() -> Result<String> {
    let line = first_line(&envoy::find()?.to_string_lossy(), &["--version"]);
    let version = line.rsplit("version: ").next();
    let version = version.and_then(|version| version.split('/').nth(1));
    Ok(version.unwrap_or("unknown").to_owned())
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    let text = text.unwrap_or_default();
    let line = text.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or("none").trim().to_owned()
}
