//! The headers of an explained request or response, and the changes that routes make to them.

use serde::Serialize;

/// A header of a message. Names that Gamma has read are in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeaderField {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// A change to a request or a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedHeaderChange {
    /// What is done.
    pub action: HeaderChangeKind,
    /// Name of the header; `:authority` and `:path` for those.
    pub name: String,
    /// Value before it, several joined with `,`.
    pub before: Option<String>,
    /// Value after it, several joined with `,`; of a response what is set or added.
    pub after: Option<String>,
    /// Who asks for the change.
    pub by: ChangedBy,
}

/// What is done to a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum HeaderChangeKind {
    /// The header's values are replaced.
    Set,
    /// The header gets one more value.
    Add,
    /// The header is removed.
    Remove,
}

/// Who asks for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangedBy {
    /// Gamma itself.
    Gamma,
    /// A filter of the rule.
    Rule,
    /// A filter of the backend.
    Backend,
    /// A CORS filter of the rule or the backend.
    Cors,
    /// The rule's session persistence.
    Session,
}
