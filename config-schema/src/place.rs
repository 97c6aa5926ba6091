//! Paths from the root of a config to one of its values, as problems name them.

use std::fmt;

/// A path from the root, as in `services[0].ports[1].cluster`. It is only written out if there is
/// something to say about what stands there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'p> {
    Root,
    Member(&'p Place<'p>, &'p str),
    /// Of the list that is that member.
    Element(&'p Place<'p>, &'p str, usize),
}

impl<'p> Place<'p> {
    pub(crate) fn member(&'p self, name: &'p str) -> Self {
        Self::Member(self, name)
    }

    pub(crate) fn element(&'p self, list: &'p str, index: usize) -> Self {
        Self::Element(self, list, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Member(parent, name) | Self::Element(parent, name, _)) = *self else {
            return Ok(());
        };
        if !matches!(parent, Self::Root) {
            write!(f, "{parent}.")?;
        }
        f.write_str(name)?;
        match self {
            Self::Element(_, _, index) => write!(f, "[{index}]"),
            _ => Ok(()),
        }
    }
}
