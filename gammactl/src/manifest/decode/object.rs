//! Reading an object field by field: each problem is reported at its place, and what no one asked
//! for is reported at the end.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
    suggest::nearest,
    yaml::{Entry, Node, Value},
};

pub(super) use super::scalar::{
    boolean, choice, choice_hint, distinct, integer, string, wrong_type,
};

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

/// A value, and the path by which it is reached: `spec.rules[0].name`.
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
    /// Names that were asked for, present or not: the schema, as far as it was needed.
    known: Vec<&'static str>,
}

impl<'n> Object<'n> {
    /// `None`, and a finding, if `field` is no mapping.
    pub(super) fn open(field: &Field<'n>, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::Mapping(entries) = &field.node.value else {
            wrong_type(field, "an object", cx);
            return None;
        };
        Some(Self {
            span: field.node.span,
            path: field.path.clone(),
            entries,
            known: Vec::new(),
        })
    }

    /// The path of a member.
    pub(super) fn path_to(&self, name: impl Display) -> String {
        match self.path.as_str() {
            "" => name.to_string(),
            path => format!("{path}.{name}"),
        }
    }

    /// A member; one that is null is absent.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Field<'n>> {
        self.known.push(name);
        let entry = self.entries.iter().find(|entry| entry.key == name)?;
        (!entry.value.is_null()).then(|| Field {
            node: &entry.value,
            path: self.path_to(name),
        })
    }

    /// A member that must be there.
    pub(super) fn require(&mut self, name: &'static str, cx: &mut Cx<'_>) -> Option<Field<'n>> {
        let field = self.take(name);
        if field.is_none() {
            let unread = self.entries.iter().map(|entry| &*entry.key);
            let hint = match nearest(name, unread.filter(|key| !self.known.contains(key))) {
                Some(similar) => format!("`{similar}` is there: did you mean `{name}`?"),
                None => format!("add `{name}`"),
            };
            cx.refuse(
                &codes::MISSING_FIELD,
                self.span,
                format!("`{}` is missing", self.path_to(name)),
                hint,
            );
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
        let Value::Sequence(items) = &field.node.value else {
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
            .iter()
            .enumerate()
            .map(|(i, node)| Field {
                node,
                path: format!("{}[{i}]", field.path),
            })
            .collect()
    }

    /// Where the value of a member stands, else the whole object.
    pub(super) fn span_of(&self, name: &str) -> Span {
        let entry = self.entries.iter().find(|entry| entry.key == name);
        entry.map_or(self.span, |entry| entry.value.span)
    }

    /// Members that exist in the API and do not matter here.
    pub(super) fn ignore(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    /// Reports members that the API has elsewhere: `instead` says what to do.
    pub(super) fn not_here(&mut self, names: &[&'static str], instead: &str, cx: &mut Cx<'_>) {
        for entry in self.entries {
            if names.contains(&&*entry.key) {
                cx.diagnostics.push(self.unknown(entry, instead.into()));
            }
        }
        self.ignore(names);
    }

    fn unknown(&self, entry: &Entry, hint: String) -> Diagnostic {
        Diagnostic::new(
            &codes::UNKNOWN_FIELD,
            entry.key_span,
            format!("unknown field `{}`", self.path_to(&entry.key)),
        )
        .why("the field is ignored, as the API server would")
        .hint(hint)
    }

    /// Reports members that the API does not have.
    pub(super) fn finish(self, cx: &mut Cx<'_>) {
        for entry in self.entries {
            if self.known.contains(&&*entry.key) {
                continue;
            }
            let hint = match nearest(&entry.key, self.known.iter().copied()) {
                Some(similar) => format!("did you mean `{similar}`?"),
                None => "remove it, or move it to where it belongs".into(),
            };
            cx.diagnostics.push(self.unknown(entry, hint));
        }
    }
}
