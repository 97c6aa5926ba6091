//! Where the modules are that can be counted.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The filter as the compiler made it. What `wasm-opt` makes of it depends on the machine: on whether
/// there is one, and which.
///
/// # Errors
///
/// It was not built.
pub fn filter() -> Result<Vec<u8>> {
    read("wasm32-wasip1/wasm/gamma_filter.wasm", "make build")
}

/// The filter for other hosts than Envoy, as it is shipped; `$GAMMA_COMPAT_WASM` names another.
///
/// # Errors
///
/// It was not built.
pub fn compat() -> Result<Vec<u8>> {
    match std::env::var_os("GAMMA_COMPAT_WASM") {
        Some(path) => Ok(fs::read(path)?),
        None => read("../dist/gamma-filter-compat.wasm", "make build"),
    }
}

/// The filter for Envoy, as it is shipped.
///
/// # Errors
///
/// It was not built.
pub fn lean() -> Result<Vec<u8>> {
    read("../dist/gamma-filter.wasm", "make build")
}

/// The filter with an allocator that counts.
///
/// # Errors
///
/// It was not built.
pub fn counted() -> Result<Vec<u8>> {
    bench("examples/counted.wasm")
}

/// The router alone: see `tests/bench/filters/decide`.
///
/// # Errors
///
/// It was not built.
pub fn decide() -> Result<Vec<u8>> {
    bench("bench_decide.wasm")
}

/// The directory with the modules of `tests/bench/filters`.
#[must_use]
pub fn bench_filters() -> PathBuf {
    target().join("bench-filters/wasm32-wasip1/release")
}

fn bench(name: &str) -> Result<Vec<u8>> {
    read(
        &format!("bench-filters/wasm32-wasip1/release/{name}"),
        "make bench-filters",
    )
}

fn read(path: &str, made_by: &str) -> Result<Vec<u8>> {
    let path = target().join(path);
    fs::read(&path).with_context(|| format!("{}: run `{made_by}`", path.display()))
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}
