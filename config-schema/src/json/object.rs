//! A JSON object is read into the slots of the members that a config's type describes.

use serde::de::Error as _;
use serde_json::{Error, Result};

use super::{
    choice::unknown,
    value::{Slot, Value},
};

/// A member that an object may have, and the slot for its value.
pub(crate) struct MemberSlot<'m, 'j> {
    name: &'static str,
    slot: &'m mut dyn Slot<'j>,
    is_required: bool,
    is_read: bool,
}

impl<'m, 'j> MemberSlot<'m, 'j> {
    pub(crate) fn new(name: &'static str, is_required: bool, slot: &'m mut dyn Slot<'j>) -> Self {
        Self {
            name,
            slot,
            is_required,
            is_read: false,
        }
    }
}

/// Reads an object that has no other members than these. What is in the slots of members that may be
/// absent stays if they are.
pub(crate) fn object<'j>(
    value: Value<'_, 'j>,
    expected: &str,
    members: &mut [MemberSlot<'_, 'j>],
) -> Result<()> {
    let Value::Object(object) = value else {
        return Err(value.but_expected(expected));
    };
    loop {
        let mut key = MemberKey {
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

struct MemberKey<'k, 'm, 'j> {
    members: &'k [MemberSlot<'m, 'j>],
    member: Option<usize>,
}

impl<'j> Slot<'j> for MemberKey<'_, '_, 'j> {
    fn put(&mut self, key: Value<'_, 'j>) -> Result<()> {
        let Value::Text(key) = key else {
            return Err(key.but_expected("a key"));
        };
        self.member = self.members.iter().position(|m| m.name == key);
        if self.member.is_none() {
            let names: Vec<_> = self.members.iter().map(|m| m.name).collect();
            return Err(unknown("field", key, &names));
        }
        Ok(())
    }
}
