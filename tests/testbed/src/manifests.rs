//! Manifests as text, for tests that are no fixtures: most begin with Services on port 80, and a
//! route for one of them.

use anyhow::{Result, ensure};
use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, Format, Severity, render},
    source::Sources,
};

/// Services of the namespace `default`, each with the port 80.
#[must_use]
pub fn services(names: &[&str]) -> String {
    let service = |name: &&str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n\
             spec: {{ports: [{{port: 80}}]}}\n"
        )
    };
    names.iter().map(service).collect()
}

/// An HTTPRoute that is attached to the Service `cart`. `rules` are lines of a YAML list, each of
/// which begins with four spaces.
#[must_use]
pub fn http_route(name: &str, rules: &str) -> String {
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: {name}}}\n\
         spec:\n  parentRefs: [{{group: '', kind: Service, name: cart}}]\n  rules:\n{rules}"
    )
}

/// What `text` says.
///
/// # Errors
///
/// An object is refused.
pub fn read(text: &str) -> Result<Manifests> {
    let mut sources = Sources::default();
    sources.add("-", text);
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let said = render(&diagnostics, &sources, Format::Text);
    ensure!(!diagnostics.any(Severity::Error), "{said}");
    Ok(manifests)
}
