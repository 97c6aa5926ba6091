//! What is said while an object is read: its place, and whether it can be used.

use std::collections::HashSet;

use gamma_manifest::{
    diagnostic::{Code, Diagnostic, Diagnostics, Hint, codes},
    source::Span,
    yaml::{Field, Report},
};

use crate::leaves::{ReadLeaves, leaves};

/// The findings about one object.
pub(crate) struct Findings<'d> {
    pub(crate) diagnostics: &'d mut Diagnostics,
    /// Whether the source's own API would refuse it.
    pub(crate) refused: bool,
    /// The scalars that were read or are carried over.
    read: HashSet<Span>,
}

impl<'d> Findings<'d> {
    pub(crate) fn new(diagnostics: &'d mut Diagnostics) -> Self {
        Self {
            diagnostics,
            refused: false,
            read: HashSet::new(),
        }
    }

    /// All that is in `field` is carried over as it is written.
    pub(crate) fn carried(&mut self, field: &Field<'_>) {
        for leaf in leaves(field) {
            self.read.insert(leaf.node.span);
        }
    }

    /// What was read, at the end; `is_used` if something was made of it.
    pub(crate) fn finish(self, is_used: bool) -> ReadLeaves {
        ReadLeaves((is_used && !self.refused).then_some(self.read))
    }

    pub(crate) fn refuse(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) {
        self.refused = true;
        self.diagnostics.push(
            Diagnostic::new(code, span, message)
                .why("its own API refuses the object, so it is left out")
                .hint(hint),
        );
    }

    /// Says what becomes of something that the Gateway API does not have.
    pub(crate) fn say(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        why: impl Into<String>,
        hint: impl Into<Hint>,
    ) {
        self.diagnostics
            .push_once(Diagnostic::new(code, span, message).why(why).hint(hint));
    }
}

impl Report for Findings<'_> {
    const NULL_IS_ABSENT: bool = true;

    fn read(&mut self, field: &Field<'_>) {
        self.read.insert(field.node.span);
    }

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

    /// What is not known here can't be carried over, and must not be lost in silence.
    fn unknown(&mut self, span: Span, message: String, hint: Option<Hint>, _: &[&str]) {
        self.refused = true;
        self.diagnostics.push(
            Diagnostic::new(&codes::UNKNOWN_FIELD_OF_SOURCE, span, message)
                .why("what it does is not known here, so the object is left out")
                .hint(
                    hint.unwrap_or_else(|| {
                        "remove it, if its own API does not know it either".into()
                    }),
                ),
        );
    }
}
