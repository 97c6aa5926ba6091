//! The context in which one Kubernetes object is read: it collects the diagnostics about the object.

use super::hints;
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, Hint, codes},
    source::Span,
    yaml::{Field, Report},
};

/// The diagnostics of one Kubernetes object, and whether the object is refused.
pub(super) struct Cx<'d> {
    pub(super) diagnostics: &'d mut Diagnostics,
    /// Whether the API server would refuse the object.
    pub(super) refused: bool,
}

impl Cx<'_> {
    /// The API server would refuse the object for this.
    pub(super) fn refuse(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) {
        let why = "the API server refuses the object, so it is left out";
        let diagnostic = Diagnostic::new(code, span, message).why(why).hint(hint);
        self.leave_out(diagnostic);
    }

    /// The object can't be used, as `because` says.
    pub(super) fn leave_out(&mut self, because: Diagnostic) {
        self.refused = true;
        self.diagnostics.push(because);
    }
}

impl Report for Cx<'_> {
    const NULL_IS_ABSENT: bool = true;

    fn null(&mut self, _: &Field<'_>) {}

    fn missing(&mut self, span: Span, message: String, hint: String) {
        self.refuse(&codes::MISSING_FIELD, span, message, hint);
    }

    fn wrong_type(&mut self, span: Span, message: String, hint: String) {
        self.refuse(&codes::WRONG_TYPE, span, message, hint);
    }

    fn invalid(&mut self, field: &Field<'_>, hint: String) {
        let value = field.node.as_plain().unwrap_or_default();
        let message = format!("`{}` is {value}", field.path);
        self.refuse(&codes::INVALID_VALUE, field.node.span, message, hint);
    }

    fn unknown(&mut self, span: Span, message: String, hint: Option<Hint>, _: &[&str]) {
        let elsewhere = || "remove it, or move it to where it belongs".into();
        self.diagnostics.push(
            Diagnostic::new(&codes::UNKNOWN_FIELD, span, message)
                .why("the field is ignored, as the API server would")
                .hint(hint.unwrap_or_else(elsewhere)),
        );
    }

    fn type_hint(&self, field: &Field<'_>, wanted: &str) -> Option<String> {
        hints::of_type(field, wanted)
    }

    fn unknown_hint(&self, key: &str) -> Option<&'static str> {
        hints::of_unknown(key)
    }

    fn number_hint(&self, field: &Field<'_>) -> Option<String> {
        let text = field.node.as_str()?;
        if text.ends_with('%') {
            Some("leave the `%` out: weights are shares of their sum".into())
        } else if field.path.ends_with(".port") {
            Some("write its number; a name is for `sectionName` of a parentRef".into())
        } else {
            None
        }
    }
}
