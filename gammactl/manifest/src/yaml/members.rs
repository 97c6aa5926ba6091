//! A tree read by name: every value knows its path, and every mapping which of its members were
//! asked for. What a mistake is called, and what null means, is up to who reads.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use super::{Entry, Node, Value};
use crate::{source::Spanned, suggest::nearest};

/// A value, and the path by which it is reached: `spec.rules[0].name`.
#[derive(Debug, Clone)]
pub struct Field<'n> {
    /// The value.
    pub node: &'n Node,
    /// From the root of the document.
    pub path: String,
}

/// The members of a mapping that is being read.
pub struct Members<'n> {
    path: String,
    entries: &'n [Entry],
    /// Names that were asked for, present or not: the schema, as far as it was needed.
    known: Vec<&'static str>,
}

/// Why there is no number.
pub enum NotANumber<'n> {
    /// Something else is there.
    Type,
    /// This is no whole number, or one out of range: the hint says which there are.
    Range {
        /// As written.
        text: &'n str,
        /// Which numbers are allowed.
        hint: String,
    },
}

impl<'n> Field<'n> {
    /// A whole document.
    pub fn root(node: &'n Node) -> Self {
        let path = String::new();
        Self { node, path }
    }

    /// `value`, which was read here.
    pub fn spanned<T>(&self, value: T) -> Spanned<T> {
        let span = self.node.span;
        Spanned { value, span }
    }

    /// What is wrong if this is not `wanted`.
    pub fn is_not(&self, wanted: &str) -> String {
        let place = match self.path.as_str() {
            "" => "the document",
            path => path,
        };
        format!("`{place}` is {}, it must be {wanted}", self.node.kind())
    }

    /// The items of a list; `None` if it is none.
    pub fn items(&self) -> Option<Vec<Self>> {
        let Value::Sequence(items) = &self.node.value else {
            return None;
        };
        let item = |(i, node)| Self {
            node,
            path: format!("{}[{i}]", self.path),
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// The members of a mapping whose keys are the user's; `None` if it is none.
    pub fn map(&self) -> Option<Vec<(Spanned<String>, Self)>> {
        let Value::Mapping(entries) = &self.node.value else {
            return None;
        };
        let member = |entry: &'n Entry| {
            let key = Spanned {
                value: entry.key.clone(),
                span: entry.key_span,
            };
            let path = format!("{}.{}", self.path, entry.key);
            let node = &entry.value;
            (key, Self { node, path })
        };
        Some(entries.iter().map(member).collect())
    }

    /// The members of a mapping whose keys are known; `None` if it is none.
    pub fn members(&self) -> Option<Members<'n>> {
        let Value::Mapping(entries) = &self.node.value else {
            return None;
        };
        Some(Members {
            path: self.path.clone(),
            entries,
            known: Vec::new(),
        })
    }

    /// A whole number in `range`.
    pub fn integer<T: FromStr + PartialOrd + Display>(
        &self,
        range: RangeInclusive<T>,
    ) -> Result<Spanned<T>, NotANumber<'n>> {
        let text = self.number().ok_or(NotANumber::Type)?;
        match text.parse() {
            Ok(value) if range.contains(&value) => Ok(self.spanned(value)),
            _ => {
                let (from, to) = (range.start(), range.end());
                let hint = format!("use a whole number from {from} to {to}");
                Err(NotANumber::Range { text, hint })
            }
        }
    }

    /// The text of a number, of whatever kind.
    pub fn number(&self) -> Option<&'n str> {
        let text = self.node.as_plain();
        text.filter(|_| self.node.kind() == "a number")
    }
}

impl<'n> Members<'n> {
    /// The path of a member.
    pub(crate) fn path_to(&self, name: impl Display) -> String {
        match self.path.as_str() {
            "" => name.to_string(),
            path => format!("{path}.{name}"),
        }
    }

    /// Asks for a member.
    pub fn take(&mut self, name: &'static str) -> Option<Field<'n>> {
        self.known.push(name);
        let node = self.find(name)?;
        let path = self.path_to(name);
        Some(Field { node, path })
    }

    /// A member, without asking for it.
    pub fn find(&self, name: &str) -> Option<&'n Node> {
        let entry = self.entries.iter().find(|entry| entry.key == name);
        entry.map(|entry| &entry.value)
    }

    /// Members that exist and do not matter.
    pub fn ignore(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    /// That `name` is missing, and what to do.
    pub fn missing(&self, name: &str) -> (String, String) {
        let unread = self.entries.iter().map(|entry| &*entry.key);
        let unread = unread.filter(|key| !self.known.contains(key));
        let hint = match nearest(name, unread) {
            Some(similar) => format!("`{similar}` is there: did you mean `{name}`?"),
            None => format!("add `{name}`"),
        };
        (format!("`{}` is missing", self.path_to(name)), hint)
    }

    /// That the member `entry` is unknown.
    pub fn is_unknown(&self, entry: &Entry) -> String {
        format!("unknown field `{}`", self.path_to(&entry.key))
    }

    /// What no one asked for, each with what was perhaps meant.
    pub fn unknown(&self) -> impl Iterator<Item = (&'n Entry, Option<String>)> {
        let unknown = |entry: &&Entry| !self.known.contains(&&*entry.key);
        self.entries.iter().filter(unknown).map(|entry| {
            let similar = nearest(&entry.key, self.known.iter().copied());
            (entry, similar.map(|name| format!("did you mean `{name}`?")))
        })
    }

    /// The members, whoever asked for them.
    pub fn entries(&self) -> &'n [Entry] {
        self.entries
    }

    /// The names that were asked for.
    pub fn known(&self) -> &[&'static str] {
        &self.known
    }
}
