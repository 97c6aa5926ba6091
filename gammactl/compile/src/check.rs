//! Compiles manifests and says all that there is to say about them, as `gammactl check` does.

use gamma_manifest::{
    Manifests,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{
    compilation::{Compilation, recompilation},
    lint::lint,
    memo::Memo,
    options::Options,
};

/// [Compiles](super::compilation) `manifests`, [lints](lint()) them, and sorts what was found by its place. `diagnostics`
/// begin with what reading the manifests has shown.
pub fn check(
    manifests: &Manifests,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Compilation {
    let compiled = begin_check(manifests, options, &mut Memo::forgetful(), diagnostics);
    finish_check(manifests, options, diagnostics);
    compiled
}

/// The first part of a [check], after which requests can be decided: [compiles](recompilation) with `memo`. All errors
/// are among what it finds.
pub fn begin_check(
    manifests: &Manifests,
    options: &Options,
    memo: &mut Memo,
    diagnostics: &mut Diagnostics,
) -> Compilation {
    if manifests.is_empty() && diagnostics.is_empty() {
        diagnostics.push(nothing_found());
    }
    recompilation(manifests, options, memo, diagnostics)
}

/// The rest of a [check]: lints, and sorts. `diagnostics` are those of [`begin_check`].
pub fn finish_check(manifests: &Manifests, options: &Options, diagnostics: &mut Diagnostics) {
    lint(manifests, options, diagnostics);
    diagnostics.sort();
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
