//! Notes regular expressions that an Envoy may refuse because RE2 makes too large a program of them.

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Spanned,
};
use gamma_pattern::{ENVOY_PROGRAM_SIZE, program_size};

pub(super) fn lint(value: &Spanned<String>, diagnostics: &mut Diagnostics) {
    let Some(size) = program_size(&value.value).filter(|&size| size > ENVOY_PROGRAM_SIZE) else {
        return;
    };
    let diagnostic = Diagnostic::new(
        &codes::REGEX_DIALECT,
        value.span,
        format!(
            "`{}` is large: RE2's program of it has {size} instructions or more",
            value.value
        ),
    );
    diagnostics.push(
        diagnostic
            .why(format!(
                "it costs nothing here, but an Envoy that reads patterns itself takes {ENVOY_PROGRAM_SIZE} at most, and refuses its \
                 whole route configuration with a larger one. `re2.max_program_size.error_level` in its runtime allows more, \
                 as in Istio, Kuma and Envoy Gateway"
            ))
            .hint("repeat less: `[a-z]+` is two instructions, `[a-z]{64}` is 64"),
    );
}
