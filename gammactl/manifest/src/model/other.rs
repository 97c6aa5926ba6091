//! Objects of kinds that say nothing to Gamma, and what they refer to: other software may route by them.

use crate::source::Spanned;

/// An object that is not read any further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherObject {
    /// API group, empty for the core group.
    pub group: String,
    /// Kind, where it is written.
    pub kind: Spanned<String>,
    /// What it is about.
    pub references: Vec<ObjectReference>,
}

/// A Service, a route or something else that an object is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectReference {
    /// Kind; a host name is one of a Service.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: Spanned<String>,
}
