//! Reads a mapping member by member: each mistake is reported at its place, and members that nobody
//! asked for are reported at the end.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use super::{
    members::{Field, Members},
    node::MappingMember,
    typed::Report,
};
use crate::{
    diagnostic::Hint,
    source::{Span, Spanned},
};

/// A mapping that is being read. [`ObjectReader::finish`] ends that.
#[derive(Debug)]
pub struct ObjectReader<'n> {
    /// Where the mapping stands.
    pub span: Span,
    members: Members<'n>,
}

/// A mapping whose keys are the user's.
type NamedFields<'n> = Spanned<Vec<(Spanned<String>, Field<'n>)>>;

impl<'n> ObjectReader<'n> {
    /// `None`, and a mistake, if `field` is no mapping.
    pub fn open(field: &Field<'n>, report: &mut impl Report) -> Option<Self> {
        let Some(members) = field.members() else {
            field.must_be("an object", report);
            return None;
        };
        let span = field.node.span;
        Some(Self { span, members })
    }

    /// The path of a member.
    pub fn path_to(&self, name: impl Display) -> String {
        self.members.path_to(name)
    }

    /// A member, which may be null.
    pub fn nullable(&mut self, name: &'static str) -> Option<Field<'n>> {
        self.members.take(name)
    }

    /// A member that is written and not null.
    pub fn take<R: Report>(&mut self, name: &'static str, report: &mut R) -> Option<Field<'n>> {
        let field = self.nullable(name)?;
        if field.node.is_null() {
            if !R::NULL_IS_ABSENT {
                report.null(&field);
            }
            return None;
        }
        Some(field)
    }

    /// A member that must be there.
    pub fn require<R: Report>(&mut self, name: &'static str, report: &mut R) -> Option<Field<'n>> {
        let field = self.take(name, report);
        let null_was_reported = !R::NULL_IS_ABSENT && self.members.find(name).is_some();
        if field.is_none() && !null_was_reported {
            let (message, hint) = self.members.missing(name);
            report.missing(self.span, message, hint);
        }
        field
    }

    /// A string, if the member is written; another type is reported.
    pub fn string(
        &mut self,
        name: &'static str,
        report: &mut impl Report,
    ) -> Option<Spanned<String>> {
        self.take(name, report)?.string(report)
    }

    /// A string that must be there.
    pub(crate) fn require_string(
        &mut self,
        name: &'static str,
        report: &mut impl Report,
    ) -> Option<Spanned<String>> {
        self.require(name, report)?.string(report)
    }

    /// `true` or `false`, if the member is written; another type is reported.
    pub fn boolean(
        &mut self,
        name: &'static str,
        report: &mut impl Report,
    ) -> Option<Spanned<bool>> {
        self.take(name, report)?.boolean(report)
    }

    /// A whole number in a range, if the member is written; another type is reported.
    pub fn integer<T>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
        report: &mut impl Report,
    ) -> Option<Spanned<T>>
    where
        T: TryFrom<i128> + FromStr + PartialOrd + Display,
    {
        self.take(name, report)?.integer(range, report)
    }

    /// The items of a list; none if it is absent.
    pub fn list(&mut self, name: &'static str, report: &mut impl Report) -> Vec<Field<'n>> {
        let field = self.take(name, report);
        field.map_or_else(Vec::new, |field| field.list(report))
    }

    /// A mapping whose keys are the user's, if the member is written.
    pub fn map(&mut self, name: &'static str, report: &mut impl Report) -> Option<NamedFields<'n>> {
        let field = self.take(name, report)?;
        let Some(members) = field.map() else {
            field.must_be("an object", report);
            return None;
        };
        Some(field.spanned(members))
    }

    /// Whether a member is written and not null, without asking for it.
    pub fn has(&self, name: &str) -> bool {
        self.members.find(name).is_some_and(|node| !node.is_null())
    }

    /// Where the value of a member stands, else the whole object.
    pub(crate) fn span_of(&self, name: &str) -> Span {
        let node = self.members.find(name);
        node.map_or(self.span, |node| node.span)
    }

    /// Accepts members that do not matter here.
    pub fn ignore(&mut self, names: &[&'static str]) {
        self.members.ignore(names);
    }

    /// Reports members that belong elsewhere: `instead` says what to do.
    pub(crate) fn not_here(
        &mut self,
        names: &[&'static str],
        instead: &str,
        report: &mut impl Report,
    ) {
        for member in self.members.all() {
            if names.contains(&&*member.key) {
                self.unknown(member, Some(instead.into()), report);
            }
        }
        self.ignore(names);
    }

    /// Reports the members that nobody asked for.
    pub fn finish(self, report: &mut impl Report) {
        for (member, similar) in self.members.unknown() {
            self.unknown(member, similar, report);
        }
    }

    fn unknown(&self, member: &MappingMember, hint: Option<Hint>, report: &mut impl Report) {
        let message = format!("unknown field `{}`", self.path_to(&member.key));
        let hint = match report.unknown_hint(&member.key) {
            Some(known) if hint.as_ref().is_none_or(|h| !h.text().contains(known)) => {
                Some(known.into())
            }
            _ => hint,
        };
        report.unknown(member.key_span, message, hint, self.members.known());
    }
}
