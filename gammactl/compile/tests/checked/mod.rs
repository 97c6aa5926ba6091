//! What becomes of one manifest file.

// Each test uses some of it.
#![allow(dead_code)]

use std::{fs, path::Path};

use gamma_compile::{Options, compile, lint};
use gamma_manifest::{Manifests, decode, diagnostic::Diagnostics, source::Sources};

/// What `gammactl compile` makes of one manifest file.
pub(crate) fn compiled(input: &Path) -> (Sources, Diagnostics, gamma_config::Config) {
    let name = input.file_name().unwrap().to_string_lossy();
    let (sources, _, diagnostics, config) = read(&name, fs::read(input).unwrap());
    (sources, diagnostics, config)
}

/// What `gammactl check` makes of it: the lints, too.
pub(crate) fn checked(input: &Path) -> (Sources, Diagnostics, gamma_config::Config) {
    let name = input.file_name().unwrap().to_string_lossy();
    checked_bytes(&name, fs::read(input).unwrap())
}

/// What `gammactl check` makes of a text.
pub(crate) fn checked_text(name: &str, text: &str) -> (Sources, Diagnostics, gamma_config::Config) {
    checked_bytes(name, text.into())
}

fn checked_bytes(name: &str, bytes: Vec<u8>) -> (Sources, Diagnostics, gamma_config::Config) {
    let (sources, manifests, mut diagnostics, config) = read(name, bytes);
    lint(&manifests, &Options::default(), &mut diagnostics);
    diagnostics.sort();
    (sources, diagnostics, config)
}

fn read(name: &str, bytes: Vec<u8>) -> (Sources, Manifests, Diagnostics, gamma_config::Config) {
    let mut sources = Sources::default();
    sources.add_bytes(name, bytes);
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let config = compile(&manifests, &Options::default(), &mut diagnostics);
    diagnostics.sort();
    (sources, manifests, diagnostics, config)
}
