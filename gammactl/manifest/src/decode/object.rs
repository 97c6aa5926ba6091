//! Reading an object of Kubernetes field by field: each problem is reported at its place, and what no
//! one asked for is reported at the end.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
    yaml::{Entry, Members},
};

pub(super) use super::scalar::{
    boolean, choice, choice_hint, distinct, integer, string, wrong_type,
};
pub(super) use crate::yaml::Field;

/// Where findings go while one Kubernetes object is read.
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
        hint: impl Into<String>,
    ) {
        let why = "the API server refuses the object, so it is left out";
        let diagnostic = Diagnostic::new(code, span, message).why(why).hint(hint);
        self.leave_out(diagnostic);
    }

    /// The schema allows it, and yet the object can't be used: `why`.
    pub(super) fn forbid(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        why: &str,
        hint: impl Into<String>,
    ) {
        let why = format!("{why}, so the object is left out");
        let diagnostic = Diagnostic::new(code, span, message).why(why).hint(hint);
        self.leave_out(diagnostic);
    }

    fn leave_out(&mut self, because: Diagnostic) {
        self.refused = true;
        self.diagnostics.push(because);
    }
}

/// A mapping that is being read.
pub(super) struct Object<'n> {
    pub(super) span: Span,
    members: Members<'n>,
}

impl<'n> Object<'n> {
    /// `None`, and a finding, if `field` is no mapping.
    pub(super) fn open(field: &Field<'n>, cx: &mut Cx<'_>) -> Option<Self> {
        let Some(members) = field.members() else {
            wrong_type(field, "an object", cx);
            return None;
        };
        let span = field.node.span;
        Some(Self { span, members })
    }

    /// The path of a member.
    pub(super) fn path_to(&self, name: impl Display) -> String {
        self.members.path_to(name)
    }

    /// A member; one that is null is absent.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Field<'n>> {
        let field = self.members.take(name);
        field.filter(|field| !field.node.is_null())
    }

    /// A member that must be there.
    pub(super) fn require(&mut self, name: &'static str, cx: &mut Cx<'_>) -> Option<Field<'n>> {
        let field = self.take(name);
        if field.is_none() {
            let (message, hint) = self.members.missing(name);
            cx.refuse(&codes::MISSING_FIELD, self.span, message, hint);
        }
        field
    }

    pub(super) fn string(
        &mut self,
        name: &'static str,
        cx: &mut Cx<'_>,
    ) -> Option<Spanned<String>> {
        string(&self.take(name)?, cx)
    }

    pub(super) fn require_string(
        &mut self,
        name: &'static str,
        cx: &mut Cx<'_>,
    ) -> Option<Spanned<String>> {
        string(&self.require(name, cx)?, cx)
    }

    pub(super) fn integer<T: FromStr + PartialOrd + Display>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
        cx: &mut Cx<'_>,
    ) -> Option<Spanned<T>> {
        integer(&self.take(name)?, range, cx)
    }

    /// One of `names`.
    pub(super) fn choice(
        &mut self,
        name: &'static str,
        names: &[&'static str],
        cx: &mut Cx<'_>,
    ) -> Option<Spanned<&'static str>> {
        let field = self.take(name)?;
        choice(&field, names, cx)
    }

    /// The items of a list that has at most `max` of them; none if it is absent.
    pub(super) fn list(
        &mut self,
        name: &'static str,
        max: usize,
        cx: &mut Cx<'_>,
    ) -> Vec<Field<'n>> {
        let Some(field) = self.take(name) else {
            return Vec::new();
        };
        let Some(items) = field.items() else {
            wrong_type(&field, "a list", cx);
            return Vec::new();
        };
        if items.len() > max {
            cx.refuse(
                &codes::INVALID_VALUE,
                field.node.span,
                format!(
                    "`{}` has {} items, {max} are allowed",
                    field.path,
                    items.len()
                ),
                match name {
                    "rules" | "matches" | "parentRefs" | "hostnames" => {
                        "split the route into several"
                    }
                    _ => "remove some",
                },
            );
        }
        items
    }

    /// Where the value of a member stands, else the whole object.
    pub(super) fn span_of(&self, name: &str) -> Span {
        let node = self.members.find(name);
        node.map_or(self.span, |node| node.span)
    }

    /// Members that exist in the API and do not matter here.
    pub(super) fn ignore(&mut self, names: &[&'static str]) {
        self.members.ignore(names);
    }

    /// Reports members that the API has elsewhere: `instead` says what to do.
    pub(super) fn not_here(&mut self, names: &[&'static str], instead: &str, cx: &mut Cx<'_>) {
        for entry in self.members.entries() {
            if names.contains(&&*entry.key) {
                cx.diagnostics.push(self.unknown(entry, instead.into()));
            }
        }
        self.ignore(names);
    }

    fn unknown(&self, entry: &Entry, hint: String) -> Diagnostic {
        let message = self.members.is_unknown(entry);
        Diagnostic::new(&codes::UNKNOWN_FIELD, entry.key_span, message)
            .why("the field is ignored, as the API server would")
            .hint(hint)
    }

    /// Reports members that the API does not have.
    pub(super) fn finish(self, cx: &mut Cx<'_>) {
        for (entry, similar) in self.members.unknown() {
            let elsewhere = || "remove it, or move it to where it belongs".into();
            let hint = similar.unwrap_or_else(elsewhere);
            cx.diagnostics.push(self.unknown(entry, hint));
        }
    }
}
