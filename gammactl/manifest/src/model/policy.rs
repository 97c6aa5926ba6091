//! What policies are about: the objects that they target.

use crate::source::{Span, Spanned};

/// `spec.targetRefs[]` of a policy: an object in the policy's own namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyTarget {
    /// API group; empty for the core group.
    pub group: Spanned<String>,
    /// Kind.
    pub kind: Spanned<String>,
    /// Name.
    pub name: Spanned<String>,
    /// A part of the object: of a Service the name of a port.
    pub section_name: Option<Spanned<String>>,
    /// The whole entry.
    pub span: Span,
}
