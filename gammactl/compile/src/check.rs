//! Compiles manifests and says all that there is to say about them, as `gammactl check` does.

use gamma_manifest::{
    Manifests,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{
    compilation::{Compilation, compilation},
    lint::lint,
    options::Options,
};

/// [Compiles](compilation) `manifests`, [lints](lint()) them, and sorts what was found by its place. `diagnostics`
/// begin with what reading the manifests has shown.
pub fn check(
    manifests: &Manifests,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Compilation {
    if manifests.is_empty() && diagnostics.is_empty() {
        diagnostics.push(nothing_found());
    }
    let compiled = compilation(manifests, options, diagnostics);
    lint(manifests, options, diagnostics);
    diagnostics.sort();
    compiled
}

/// What is to be said of an input without a single manifest.
#[must_use]
pub fn nothing_found() -> Diagnostic {
    Diagnostic {
        code: &codes::NOTHING_FOUND,
        message: "the input has no manifests".into(),
        span: None,
        why: None,
        hint: Some("name files with HTTPRoutes, GRPCRoutes and Services".into()),
        fix: None,
        also: None,
    }
}
