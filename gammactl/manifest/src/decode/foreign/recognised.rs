//! One sentence about what a file or document is, and what to do.

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics},
    source::Span,
};

/// What a file or document turned out to be.
pub(super) struct Recognised {
    pub(super) code: &'static Code,
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) why: &'static str,
    pub(super) hint: String,
}

impl Recognised {
    pub(super) fn report(self, diagnostics: &mut Diagnostics) {
        let diagnostic = Diagnostic::new(self.code, self.span, self.message);
        diagnostics.push(diagnostic.why(self.why).hint(self.hint));
    }
}
