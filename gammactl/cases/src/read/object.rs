//! Reading an object field by field: each mistake is reported at its place, and what no one asked
//! for is reported at the end. A mistake in a test must not make it test less in silence, so all of
//! them are errors.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use gamma_manifest::{
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
    yaml::{Members, NotANumber},
};

pub(super) use gamma_manifest::yaml::Field;

/// A mapping that is being read.
pub(super) struct Object<'n> {
    pub(super) span: Span,
    members: Members<'n>,
}

/// A mapping whose keys are the user's.
pub(super) type Map<'n> = Spanned<Vec<(Spanned<String>, Field<'n>)>>;

/// Reports a mistake.
pub(crate) fn refuse(
    code: &'static Code,
    span: Span,
    message: impl Into<String>,
    hint: impl Into<String>,
    diagnostics: &mut Diagnostics,
) {
    diagnostics.push(
        Diagnostic::new(code, span, message)
            .why("none of the tests in this file is run")
            .hint(hint),
    );
}

impl<'n> Object<'n> {
    /// `None`, and a mistake, if `field` is no mapping.
    pub(super) fn open(field: &Field<'n>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(members) = field.members() else {
            wrong_type(field, "an object", diagnostics);
            return None;
        };
        let span = field.node.span;
        Some(Self { span, members })
    }

    /// A member, which may be null.
    pub(super) fn nullable(&mut self, name: &'static str) -> Option<Field<'n>> {
        self.members.take(name)
    }

    /// A member. Nothing behind the colon is a mistake: it looks like a test, and tests nothing.
    pub(super) fn take(
        &mut self,
        name: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Field<'n>> {
        let field = self.nullable(name)?;
        if field.node.is_null() {
            let message = format!("`{}` is empty", field.path);
            let hint = "write a value, or remove it";
            let code = &codes::CASE_WRONG_TYPE;
            refuse(code, field.node.span, message, hint, diagnostics);
            return None;
        }
        Some(field)
    }

    /// A member that must be there.
    pub(super) fn require(
        &mut self,
        name: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Field<'n>> {
        if self.members.find(name).is_some() {
            return self.take(name, diagnostics);
        }
        let (message, hint) = self.members.missing(name);
        self.members.ignore(&[name]);
        let code = &codes::CASE_MISSING_FIELD;
        refuse(code, self.span, message, hint, diagnostics);
        None
    }

    pub(super) fn string(
        &mut self,
        name: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Spanned<String>> {
        string(&self.take(name, diagnostics)?, diagnostics)
    }

    pub(super) fn boolean(
        &mut self,
        name: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Spanned<bool>> {
        let field = self.take(name, diagnostics)?;
        let value = match field.node.as_plain() {
            Some("true") => true,
            Some("false") => false,
            _ => {
                wrong_type(&field, "true or false", diagnostics);
                return None;
            }
        };
        Some(field.spanned(value))
    }

    pub(super) fn integer<T: FromStr + PartialOrd + Display>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Spanned<T>> {
        integer(&self.take(name, diagnostics)?, range, diagnostics)
    }

    /// The items of a list; none if it is absent.
    pub(super) fn list(
        &mut self,
        name: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Field<'n>> {
        let field = self.take(name, diagnostics);
        field.map_or_else(Vec::new, |field| items(&field, diagnostics))
    }

    pub(super) fn map(
        &mut self,
        name: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Map<'n>> {
        let field = self.take(name, diagnostics)?;
        let Some(members) = field.map() else {
            wrong_type(&field, "an object", diagnostics);
            return None;
        };
        Some(field.spanned(members))
    }

    /// Reports members that do not exist.
    pub(super) fn finish(self, diagnostics: &mut Diagnostics) {
        for (entry, similar) in self.members.unknown() {
            let hint = similar.unwrap_or_else(|| self.names());
            let message = self.members.is_unknown(entry);
            let code = &codes::CASE_UNKNOWN_FIELD;
            refuse(code, entry.key_span, message, hint, diagnostics);
        }
    }

    /// What could be written instead.
    fn names(&self) -> String {
        let mut known = self.members.known().to_vec();
        known.retain(|name| !name.starts_with('$'));
        known.sort_unstable();
        format!("there are {}", known.join(", "))
    }
}

pub(super) fn items<'n>(field: &Field<'n>, diagnostics: &mut Diagnostics) -> Vec<Field<'n>> {
    field.items().unwrap_or_else(|| {
        wrong_type(field, "a list", diagnostics);
        Vec::new()
    })
}

pub(super) fn string(field: &Field<'_>, diagnostics: &mut Diagnostics) -> Option<Spanned<String>> {
    let Some(text) = field.node.as_str() else {
        wrong_type(field, "a string", diagnostics);
        return None;
    };
    Some(field.spanned(text.to_owned()))
}

pub(super) fn integer<T: FromStr + PartialOrd + Display>(
    field: &Field<'_>,
    range: RangeInclusive<T>,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<T>> {
    match field.integer(range) {
        Ok(number) => return Some(number),
        Err(NotANumber::Type) => wrong_type(field, "a whole number", diagnostics),
        Err(NotANumber::Range { hint, .. }) => invalid(field, &hint, diagnostics),
    }
    None
}

/// Text with a meaning; a number that is not quoted is text too.
pub(super) fn parsed<T: FromStr<Err: Display>>(
    field: &Field<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<T>> {
    let text = match field.number() {
        Some(number) => number.to_owned(),
        None => string(field, diagnostics)?.value,
    };
    match text.parse() {
        Ok(value) => Some(field.spanned(value)),
        Err(error) => {
            invalid(field, &error.to_string(), diagnostics);
            None
        }
    }
}

/// Reports a value of the right type that is not allowed.
pub(super) fn invalid(field: &Field<'_>, hint: &str, diagnostics: &mut Diagnostics) {
    let value = field.node.as_plain().or_else(|| field.node.as_str());
    let message = format!("`{}` is `{}`", field.path, value.unwrap_or_default());
    let code = &codes::CASE_INVALID_VALUE;
    refuse(code, field.node.span, message, hint, diagnostics);
}

fn wrong_type(field: &Field<'_>, wanted: &str, diagnostics: &mut Diagnostics) {
    let hint = match field.node.as_plain() {
        Some(text) if wanted == "a string" => format!("put it in quotes: \"{text}\""),
        Some(text) if wanted == "a list" => format!("put it in brackets: [{text}]"),
        _ => format!("write {wanted}"),
    };
    let message = field.is_not(wanted);
    let code = &codes::CASE_WRONG_TYPE;
    refuse(code, field.node.span, message, hint, diagnostics);
}
