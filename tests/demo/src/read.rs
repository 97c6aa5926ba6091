//! The manifests to serve.

use std::io::{IsTerminal as _, stderr};

use anyhow::{Result, bail, ensure};
use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, Format, Severity, render},
    source::load,
};

/// Reads manifests; says what is wrong with them.
pub(crate) fn read(path: &str, namespace: &str) -> Result<Manifests> {
    let sources = load(&[path.to_owned()])?;
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, namespace, &mut diagnostics);
    let config = gamma_compile::Options::default();
    gamma_compile::compile(&manifests, &config, &mut diagnostics);
    diagnostics.retain(|d| d.code.severity < Severity::Note);
    let format = if stderr().is_terminal() {
        Format::TextColor
    } else {
        Format::Text
    };
    eprint!("{}", render(&diagnostics, &sources, format));
    ensure!(!diagnostics.any(Severity::Error), "{path} has errors");
    if manifests.services.is_empty() {
        bail!("{path} has no Services: without them there is nothing to send requests to");
    }
    Ok(manifests)
}
