//! Reads values of a wanted type from a tree: strings, booleans, whole numbers, lists. Anything else in
//! their place is reported.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use super::{members::Field, scalar::Meaning, spaces};
use crate::{
    diagnostic::Hint,
    source::{Span, Spanned},
};

/// Where a reader reports what is wrong with a tree, and what the mistakes are called there.
/// Manifests and test cases are read alike and differ in this.
pub trait Report {
    /// Whether a member that is null counts as one that is not written. Otherwise it is a mistake.
    const NULL_IS_ABSENT: bool;

    /// A member that must not be null is.
    fn null(&mut self, field: &Field<'_>);
    /// A member must be written in the mapping at `span`, and is not.
    fn missing(&mut self, span: Span, message: String, hint: String);
    /// A value is of another type than it must be.
    fn wrong_type(&mut self, span: Span, message: String, hint: String);
    /// A value has the right type, and is not allowed.
    fn invalid(&mut self, field: &Field<'_>, hint: String);
    /// A member is written that nobody asks for. `hint` says what was perhaps meant; `known` are the
    /// members that there could be.
    fn unknown(&mut self, span: Span, message: String, hint: Option<Hint>, known: &[&str]);

    /// A scalar was asked for, and has the type that was wanted. For a reader that has to account for every one of them.
    fn read(&mut self, _field: &Field<'_>) {}

    /// What to write for a value that is not `wanted`, if there is more to say than that.
    fn type_hint(&self, _field: &Field<'_>, _wanted: &str) -> Option<String> {
        None
    }

    /// What a member that nobody asks for is called here, if it is known under that name elsewhere.
    fn unknown_hint(&self, _key: &str) -> Option<&'static str> {
        None
    }

    /// What to do about something else where a whole number must be, if there is more to say than
    /// that.
    fn number_hint(&self, _field: &Field<'_>) -> Option<String> {
        None
    }
}

impl<'n> Field<'n> {
    /// The text of a string.
    pub fn string(&self, report: &mut impl Report) -> Option<Spanned<String>> {
        let Some(text) = self.node.as_str() else {
            self.must_be("a string", report);
            return None;
        };
        report.read(self);
        Some(self.spanned(text.to_owned()))
    }

    /// `true` or `false`; another type is reported.
    pub fn boolean(&self, report: &mut impl Report) -> Option<Spanned<bool>> {
        let Some(Meaning::Boolean(value)) = self.node.meaning() else {
            self.must_be("true or false", report);
            return None;
        };
        report.read(self);
        Some(self.spanned(*value))
    }

    /// A whole number in `range`.
    pub fn integer<T>(
        &self,
        range: RangeInclusive<T>,
        report: &mut impl Report,
    ) -> Option<Spanned<T>>
    where
        T: TryFrom<i128> + FromStr + PartialOrd + Display,
    {
        if self.number().is_none() {
            let unquoted = self.node.as_str().filter(|text| text.parse::<T>().is_ok());
            let hint = unquoted
                .map(|text| format!("leave the quotes out: {text}"))
                .or_else(|| report.number_hint(self))
                .unwrap_or_else(|| "write a whole number".into());
            report.wrong_type(self.node.span, self.is_not("a whole number"), hint);
            return None;
        }
        let value = self.node.meaning().and_then(|meaning| meaning.as_integer());
        let value = value.and_then(|value| T::try_from(value).ok());
        let value = value.filter(|value| range.contains(value));
        if value.is_none() {
            let (from, to) = (range.start(), range.end());
            let hint = format!("use a whole number from {from} to {to}");
            report.invalid(self, hint);
        }
        let value = value?;
        report.read(self);
        Some(self.spanned(value))
    }

    /// The items of a list; none if it is something else.
    pub fn list(&self, report: &mut impl Report) -> Vec<Field<'n>> {
        self.items().unwrap_or_else(|| {
            self.must_be("a list", report);
            Vec::new()
        })
    }

    /// Reports that this is not `wanted`.
    pub(crate) fn must_be(&self, wanted: &str, report: &mut impl Report) {
        let text = self.node.as_plain().filter(|_| !self.node.is_null());
        let space = text.and_then(spaces::first_odd);
        let hint = match text {
            _ if let Some(hint) = report.type_hint(self, wanted) => hint,
            Some(text) if wanted == "a string" => format!("put it in quotes: \"{text}\""),
            Some(text) if wanted == "a list" => format!("put it in brackets: [{text}]"),
            _ => format!("write {wanted}"),
        };
        let hint = space.map_or(hint, |space| space.instead());
        report.wrong_type(self.node.span, self.is_not(wanted), hint);
    }
}
