//! Objects with known members.

use serde::de::Error as _;
use serde_json::{Error, Result};

use super::{Slot, Value, choice::unknown};

/// A member that an object may have, and where its value goes.
pub(crate) struct Member<'m, 'j> {
    name: &'static str,
    slot: &'m mut dyn Slot<'j>,
    is_required: bool,
    is_read: bool,
}

/// A member that may be absent: what is in `slot` stays.
pub(crate) fn optional<'m, 'j>(name: &'static str, slot: &'m mut dyn Slot<'j>) -> Member<'m, 'j> {
    Member {
        name,
        slot,
        is_required: false,
        is_read: false,
    }
}

/// A member that must be there.
pub(crate) fn required<'m, 'j>(name: &'static str, slot: &'m mut dyn Slot<'j>) -> Member<'m, 'j> {
    Member {
        is_required: true,
        ..optional(name, slot)
    }
}

/// Reads an object that has these members and no others.
pub(crate) fn object<'j>(
    value: Value<'_, 'j>,
    expected: &str,
    members: &mut [Member<'_, 'j>],
) -> Result<()> {
    let Value::Object(object) = value else {
        return Err(value.but_expected(expected));
    };
    loop {
        let mut key = Key {
            members,
            member: None,
        };
        if !object.key(&mut key)? {
            break;
        }
        let Some(member) = key.member.and_then(|at| members.get_mut(at)) else {
            continue;
        };
        if std::mem::replace(&mut member.is_read, true) {
            return Err(Error::duplicate_field(member.name));
        }
        object.value(member.slot)?;
    }
    match members.iter().find(|m| m.is_required && !m.is_read) {
        Some(member) => Err(Error::missing_field(member.name)),
        None => Ok(()),
    }
}

struct Key<'k, 'm, 'j> {
    members: &'k [Member<'m, 'j>],
    member: Option<usize>,
}

impl<'j> Slot<'j> for Key<'_, '_, 'j> {
    fn put(&mut self, key: Value<'_, 'j>) -> Result<()> {
        let Value::Text(key) = key else {
            return Err(key.but_expected("a key"));
        };
        self.member = self.members.iter().position(|m| m.name == key);
        match self.member {
            Some(_) => Ok(()),
            None => {
                let names: Vec<_> = self.members.iter().map(|m| m.name).collect();
                Err(unknown("field", key, &names))
            }
        }
    }
}
