//! A mapping that is being built: its keys are strings in the end, as JSON has them, and the last of two
//! equal ones counts.

use std::collections::{HashMap, HashSet};

use super::{
    dialect::Dialect,
    node::{Content, MappingMember, Node},
    scalar::Meaning,
    tree_error::{TreeError, TreeResult},
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Spanned,
};

/// With fewer members, looking through them is quicker than a table.
const WORTH_A_TABLE: usize = 16;

#[derive(Default)]
pub(super) struct Mapping {
    pub(super) members: Vec<MappingMember>,
    /// Where each key is, once there are many.
    places: HashMap<String, usize>,
    /// Keys that came by `<<` and are not written here.
    merged: HashSet<String>,
    /// A key whose value has not come yet.
    key: Option<MappingKey>,
}

pub(super) enum MappingKey {
    Name(Spanned<String>),
    /// `<<`, which is a key of its own only in quotes.
    Merge,
}

impl MappingKey {
    /// The key that a node is, for kubectl converted to a string as sigs.k8s.io/yaml does.
    pub(super) fn of(node: Node, dialect: Dialect) -> TreeResult<Self> {
        let span = node.span;
        let Content::Scalar(scalar) = node.content else {
            return Err(TreeError::new(span, "a key must be a scalar"));
        };
        if scalar.plain && scalar.text == "<<" {
            return Ok(Self::Merge);
        }
        let value = match scalar.meaning {
            Meaning::String => scalar.text,
            _ if dialect == Dialect::Plain => scalar.text,
            Meaning::Boolean(value) => value.to_string(),
            Meaning::Integer(value) if i64::try_from(value).is_ok() => value.to_string(),
            Meaning::Integer(_) => {
                return Err(TreeError::new(span, "this number is too large for a key"));
            }
            Meaning::Float(value) => go_float(value),
            Meaning::Null => return Err(TreeError::new(span, "a key must not be null")),
        };
        Ok(Self::Name(Spanned { value, span }))
    }
}

/// How Go writes a float in the shortest form (`FormatFloat(value, 'g', -1, 32)`).
fn go_float(value: f64) -> String {
    let value = value as f32;
    if value.is_nan() {
        return ".nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // Go counts with six digits here, however many there are.
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

impl Mapping {
    pub(super) fn awaits_key(&self) -> bool {
        self.key.is_none()
    }

    /// Takes a key. Its value follows.
    pub(super) fn key(&mut self, key: MappingKey) {
        self.key = Some(key);
    }

    /// Takes the value of the last key.
    pub(super) fn value(&mut self, value: Node, diagnostics: &mut Diagnostics) -> TreeResult<()> {
        match self.key.take() {
            None => {}
            Some(MappingKey::Merge) => self.merge(value)?,
            Some(MappingKey::Name(key)) => {
                let member = MappingMember {
                    key: key.value,
                    key_span: key.span,
                    value,
                };
                let span = member.key_span;
                // Hashing every key costs more than the rest of this, and hardly a mapping has a `<<`.
                let was_merged = !self.merged.is_empty() && self.merged.remove(&member.key);
                if let Some(first) = self.put(member).filter(|_| !was_merged) {
                    let message = format!("key `{}` appears twice", first.key);
                    diagnostics.push(
                        Diagnostic::new(&codes::DUPLICATE_KEY, span, message)
                        .why("kubectl takes the last value and drops the others, and so it is read here")
                        .also(first.key_span, "dropped")
                        .hint("remove one of them"),
                    );
                }
            }
        }
        Ok(())
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    fn place(&self, key: &str) -> Option<usize> {
        if self.places.is_empty() {
            self.members.iter().position(|member| member.key == key)
        } else {
            self.places.get(key).copied()
        }
    }

    /// Puts a member in the place of the one with the same key, which it gives back, or at the end.
    fn put(&mut self, member: MappingMember) -> Option<MappingMember> {
        if let Some(place) = self.place(&member.key) {
            return Some(std::mem::replace(&mut self.members[place], member));
        }
        let place = self.members.len();
        if place == WORTH_A_TABLE {
            let keys = self.members.iter().enumerate();
            self.places = keys.map(|(i, member)| (member.key.clone(), i)).collect();
        }
        if place >= WORTH_A_TABLE {
            self.places.insert(member.key.clone(), place);
        }
        self.members.push(member);
        None
    }

    /// `<<: *anchor`: members of other mappings. To kubectl they are written here, so that they replace
    /// what comes before and are replaced by what comes after; of several, the first counts.
    fn merge(&mut self, source: Node) -> TreeResult<()> {
        let sources = match source.content {
            Content::Sequence(items) => items,
            _ => vec![source],
        };
        for source in sources.into_iter().rev() {
            let Content::Mapping(others) = source.content else {
                return Err(TreeError::new(source.span, "`<<` can merge mappings only"));
            };
            for other in others {
                self.merged.insert(other.key.clone());
                self.put(other);
            }
        }
        Ok(())
    }
}
