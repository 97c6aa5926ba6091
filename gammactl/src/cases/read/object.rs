//! Reading an object field by field: each mistake is reported at its place, and what no one asked
//! for is reported at the end. A mistake in a test must not make it test less in silence, so all of
//! them are errors.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
    suggest::nearest,
    yaml::{Entry, Node, Value},
};

/// A value, and the path by which it is reached: `requests[0].expect`.
#[derive(Debug, Clone)]
pub(super) struct Field<'n> {
    pub(super) node: &'n Node,
    pub(super) path: String,
}

/// A mapping that is being read.
pub(super) struct Object<'n> {
    pub(super) span: Span,
    path: String,
    entries: &'n [Entry],
    /// Names that were asked for, present or not: the schema.
    known: Vec<&'static str>,
}

/// A mapping whose keys are the user's.
pub(super) type Map<'n> = Spanned<Vec<(Spanned<String>, Field<'n>)>>;

/// Reports a mistake.
pub(in crate::cases) fn refuse(
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
        let Value::Mapping(entries) = &field.node.value else {
            wrong_type(field, "an object", diagnostics);
            return None;
        };
        Some(Self {
            span: field.node.span,
            path: field.path.clone(),
            entries,
            known: Vec::new(),
        })
    }

    fn path_to(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    /// A member, which may be null.
    pub(super) fn nullable(&mut self, name: &'static str) -> Option<Field<'n>> {
        self.known.push(name);
        let entry = self.entries.iter().find(|entry| entry.key == name)?;
        Some(Field {
            node: &entry.value,
            path: self.path_to(name),
        })
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
        if self.entries.iter().any(|entry| entry.key == name) {
            return self.take(name, diagnostics);
        }
        self.known.push(name);
        let hint = match nearest(name, self.entries.iter().map(|entry| &*entry.key)) {
            Some(similar) => format!("`{similar}` is there: did you mean `{name}`?"),
            None => format!("add `{name}`"),
        };
        let message = format!("`{}` is missing", self.path_to(name));
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
        let Value::Mapping(entries) = &field.node.value else {
            wrong_type(&field, "an object", diagnostics);
            return None;
        };
        let members = entries.iter().map(|entry| {
            let key = Spanned {
                value: entry.key.clone(),
                span: entry.key_span,
            };
            let path = format!("{}.{}", field.path, entry.key);
            let node = &entry.value;
            (key, Field { node, path })
        });
        Some(field.spanned(members.collect()))
    }

    /// Reports members that do not exist.
    pub(super) fn finish(self, diagnostics: &mut Diagnostics) {
        for entry in self.entries {
            if self.known.contains(&&*entry.key) {
                continue;
            }
            let hint = match nearest(&entry.key, self.known.iter().copied()) {
                Some(similar) => format!("did you mean `{similar}`?"),
                None => {
                    let mut known = self.known.clone();
                    known.retain(|name| !name.starts_with('$'));
                    known.sort_unstable();
                    format!("there are {}", known.join(", "))
                }
            };
            let message = format!("unknown field `{}`", self.path_to(&entry.key));
            let code = &codes::CASE_UNKNOWN_FIELD;
            refuse(code, entry.key_span, message, hint, diagnostics);
        }
    }
}

impl Field<'_> {
    pub(super) fn spanned<T>(&self, value: T) -> Spanned<T> {
        Spanned {
            value,
            span: self.node.span,
        }
    }
}

pub(super) fn items<'n>(field: &Field<'n>, diagnostics: &mut Diagnostics) -> Vec<Field<'n>> {
    let Value::Sequence(items) = &field.node.value else {
        wrong_type(field, "a list", diagnostics);
        return Vec::new();
    };
    items
        .iter()
        .enumerate()
        .map(|(i, node)| Field {
            node,
            path: format!("{}[{i}]", field.path),
        })
        .collect()
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
    let number = field.node.as_plain();
    let Some(text) = number.filter(|_| field.node.kind() == "a number") else {
        wrong_type(field, "a whole number", diagnostics);
        return None;
    };
    match text.parse::<T>() {
        Ok(value) if range.contains(&value) => Some(field.spanned(value)),
        _ => {
            let (from, to) = (range.start(), range.end());
            let hint = format!("use a whole number from {from} to {to}");
            invalid(field, &hint, diagnostics);
            None
        }
    }
}

/// Text with a meaning; a number that is not quoted is text too.
pub(super) fn parsed<T: FromStr<Err: Display>>(
    field: &Field<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<T>> {
    let number = field.node.as_plain();
    let text = match number.filter(|_| field.node.kind() == "a number") {
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
    let place = match &*field.path {
        "" => "the document",
        path => path,
    };
    let message = format!("`{place}` is {}, it must be {wanted}", field.node.kind());
    let code = &codes::CASE_WRONG_TYPE;
    refuse(code, field.node.span, message, hint, diagnostics);
}
