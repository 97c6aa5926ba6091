//! Keeps the path of every value of a tree, and of every mapping which members were asked for. The
//! reader decides what a mistake is called.

use std::fmt::Display;

use super::node::{Content, MappingMember, Node};
use crate::{diagnostic::Hint, source::Spanned, suggest::nearest};

/// A value, and the path by which it is reached: `spec.rules[0].name`.
#[derive(Debug, Clone)]
pub struct Field<'n> {
    /// The value.
    pub node: &'n Node,
    /// Path from the root of the document.
    pub path: String,
}

/// The members of a mapping that is being read.
#[derive(Debug)]
pub(crate) struct Members<'n> {
    path: String,
    all: &'n [MappingMember],
    /// Names that were asked for, present or not: the schema, as far as it was needed.
    known: Vec<&'static str>,
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
    pub(crate) fn is_not(&self, wanted: &str) -> String {
        let place = match self.path.as_str() {
            "" => "the document",
            path => path,
        };
        format!("`{place}` is {}, it must be {wanted}", self.node.kind())
    }

    /// The items of a list; `None` if it is none.
    pub fn items(&self) -> Option<Vec<Self>> {
        let Content::Sequence(items) = &self.node.content else {
            return None;
        };
        let item = |(i, node)| Self {
            node,
            path: format!("{}[{i}]", self.path),
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// Whether this is a list without items.
    pub(crate) fn is_empty_list(&self) -> bool {
        matches!(&self.node.content, Content::Sequence(items) if items.is_empty())
    }

    /// The members of a mapping whose keys are the user's; `None` if it is none.
    pub fn map(&self) -> Option<Vec<(Spanned<String>, Self)>> {
        let Content::Mapping(members) = &self.node.content else {
            return None;
        };
        let member = |member: &'n MappingMember| {
            let key = Spanned {
                value: member.key.clone(),
                span: member.key_span,
            };
            let path = format!("{}.{}", self.path, member.key);
            let node = &member.value;
            (key, Self { node, path })
        };
        Some(members.iter().map(member).collect())
    }

    /// The members of a mapping whose keys are known; `None` if it is none.
    pub(super) fn members(&self) -> Option<Members<'n>> {
        let Content::Mapping(all) = &self.node.content else {
            return None;
        };
        Some(Members {
            path: self.path.clone(),
            all,
            known: Vec::new(),
        })
    }

    /// The text of a number, of whatever kind.
    pub fn number(&self) -> Option<&'n str> {
        let text = self.node.as_plain();
        text.filter(|_| self.node.kind() == "a number")
    }
}

impl<'n> Members<'n> {
    /// The path of a member.
    pub(super) fn path_to(&self, name: impl Display) -> String {
        match self.path.as_str() {
            "" => name.to_string(),
            path => format!("{path}.{name}"),
        }
    }

    /// The same, for every member that is read: without the machinery of formats.
    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            return name.to_owned();
        }
        [&self.path, ".", name].concat()
    }

    /// Asks for a member.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Field<'n>> {
        self.known.push(name);
        let node = self.find(name)?;
        let path = self.path_of(name);
        Some(Field { node, path })
    }

    /// The value of a member, without asking for it.
    pub(super) fn find(&self, name: &str) -> Option<&'n Node> {
        let member = self.all.iter().find(|member| member.key == name);
        member.map(|member| &member.value)
    }

    /// Members that exist and do not matter.
    pub(super) fn ignore(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    /// Says that the member `name` is missing, and what to do.
    pub(super) fn missing(&self, name: &str) -> (String, String) {
        let unread = self.all.iter().map(|member| &*member.key);
        let unread = unread.filter(|key| !self.known.contains(key));
        let hint = match nearest(name, unread) {
            Some(similar) => format!("`{similar}` is there: did you mean `{name}`?"),
            None => format!("add `{name}`"),
        };
        (format!("`{}` is missing", self.path_to(name)), hint)
    }

    /// The members that no one asked for, each with the name that was perhaps meant.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (&'n MappingMember, Option<Hint>)> {
        let unknown = |member: &&MappingMember| !self.known.contains(&&*member.key);
        self.all.iter().filter(unknown).map(|member| {
            let similar = nearest(&member.key, self.known.iter().copied());
            let hint = similar.map(|name| match self.find(name) {
                // A second member of that name would be the next mistake.
                Some(_) => Hint::did_you_mean(name).in_words(),
                None => Hint::did_you_mean(name),
            });
            (member, hint)
        })
    }

    /// The members, whoever asked for them.
    pub(super) fn all(&self) -> &'n [MappingMember] {
        self.all
    }

    /// The names that were asked for.
    pub(super) fn known(&self) -> &[&'static str] {
        &self.known
    }
}
