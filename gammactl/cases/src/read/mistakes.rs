//! Mistakes in a case file are reported here. A mistake in a test must not make it test less in
//! silence, so all of them are errors.

use std::{fmt::Display, str::FromStr};

use gamma_manifest::{
    diagnostic::{Code, Diagnostic, Diagnostics, Hint, codes},
    source::{Span, Spanned},
    yaml::{Field, Report},
};

/// Where the mistakes in a case file go.
pub(crate) struct Mistakes<'d>(pub(crate) &'d mut Diagnostics);

impl Mistakes<'_> {
    /// Reports a mistake.
    pub(crate) fn refuse(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) {
        self.0.push(
            Diagnostic::new(code, span, message)
                .why("none of the tests in this file is run")
                .hint(hint),
        );
    }
}

impl Report for Mistakes<'_> {
    /// A member without a value looks like a test, and tests nothing.
    const NULL_IS_ABSENT: bool = false;

    fn null(&mut self, field: &Field<'_>) {
        let message = format!("`{}` is empty", field.path);
        let hint = "write a value, or remove it";
        self.refuse(&codes::CASE_WRONG_TYPE, field.node.span, message, hint);
    }

    fn missing(&mut self, span: Span, message: String, hint: String) {
        self.refuse(&codes::CASE_MISSING_FIELD, span, message, hint);
    }

    fn wrong_type(&mut self, span: Span, message: String, hint: String) {
        self.refuse(&codes::CASE_WRONG_TYPE, span, message, hint);
    }

    fn invalid(&mut self, field: &Field<'_>, hint: String) {
        let value = field.node.as_plain().or_else(|| field.node.as_str());
        let message = format!("`{}` is `{}`", field.path, value.unwrap_or_default());
        self.refuse(&codes::CASE_INVALID_VALUE, field.node.span, message, hint);
    }

    fn unknown(&mut self, span: Span, message: String, hint: Option<Hint>, known: &[&str]) {
        let names = || {
            let mut names = known.to_vec();
            names.retain(|name| !name.starts_with('$'));
            names.sort_unstable();
            format!("there are {}", names.join(", "))
        };
        let hint = hint.unwrap_or_else(|| names().into());
        self.refuse(&codes::CASE_UNKNOWN_FIELD, span, message, hint);
    }
}

/// Text with a meaning; a number that is not quoted is text too.
pub(super) fn parsed<T: FromStr<Err: Display>>(
    field: &Field<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<Spanned<T>> {
    parsed_by(field, mistakes, str::parse)
}

/// What `parse` makes of the text.
pub(super) fn parsed_by<T, E: Display>(
    field: &Field<'_>,
    mistakes: &mut Mistakes<'_>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<Spanned<T>> {
    let text = match field.number() {
        Some(number) => number.to_owned(),
        None => field.string(mistakes)?.value,
    };
    match parse(&text) {
        Ok(value) => Some(field.spanned(value)),
        Err(error) => {
            mistakes.invalid(field, error.to_string());
            None
        }
    }
}
