//! RequestHeaderModifier and ResponseHeaderModifier, compiled.

use gamma_config::{Header, HeaderModifier};

/// RequestHeaderModifier or ResponseHeaderModifier. To be applied in the order of the fields; as a
/// name is in one of them only, another order would give the same result.
#[derive(Debug, Default)]
pub(crate) struct HeaderEdits {
    /// Names to remove, lower case.
    pub(crate) remove: Box<[Box<str>]>,
    /// Names, lower case, whose values are replaced.
    pub(crate) set: Box<[(Box<str>, Box<str>)]>,
    /// Names, lower case, that get one more value after those they have.
    pub(crate) add: Box<[(Box<str>, Box<str>)]>,
}

impl HeaderEdits {
    pub(crate) fn new(modifier: &HeaderModifier) -> Self {
        let lower = |name: &String| name.to_ascii_lowercase().into_boxed_str();
        let pairs = |headers: &[Header]| {
            headers
                .iter()
                .map(|header| (lower(&header.name), header.value.as_str().into()))
                .collect()
        };
        Self {
            remove: modifier.remove.iter().map(lower).collect(),
            set: pairs(&modifier.set),
            add: pairs(&modifier.add),
        }
    }
}
