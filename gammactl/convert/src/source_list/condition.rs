//! What an entry of a source's list asks of a request.

/// A part of a request that a text is asked of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourcePart {
    /// Without its query.
    Path,
    /// As it is sent: `GET`.
    Method,
    /// The authority, as the client has written it.
    Host,
    /// The header of that name, which is in lower case.
    Header(String),
    /// The query parameter of that name.
    QueryParam(String),
}

/// Texts, in the ways that older meshes have to say them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceText {
    /// Every text.
    Any,
    /// This one.
    Exact(String),
    /// This one, whether its letters are large or small.
    ExactInAnyCase(String),
    /// Those that begin with this one, wherever it ends: `/api` begins `/apis`.
    Prefix(String),
    /// The same, whether its letters are large or small.
    PrefixInAnyCase(String),
    /// This one, and those that go on with a `/` behind it.
    Elements(String),
    /// Those that a regular expression in RE2's syntax matches in full.
    Regex(String),
}

/// What must hold of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceCondition {
    /// Some part is there, and is one of some texts.
    Is {
        /// The part.
        part: SourcePart,
        /// The texts.
        text: SourceText,
        /// Whether a header or a query parameter that is missing is the empty text.
        missing_is_empty: bool,
    },
    /// This does not hold.
    Not(Box<Self>),
    /// All of these hold; none of them is every request.
    All(Vec<Self>),
    /// One of these holds; none of them is no request.
    Any(Vec<Self>),
}

impl SourceCondition {
    /// Every request.
    #[must_use]
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    /// No request.
    #[must_use]
    pub fn never() -> Self {
        Self::Any(Vec::new())
    }

    /// `part` is there, and is one of `text`.
    #[must_use]
    pub fn is(part: SourcePart, text: SourceText) -> Self {
        Self::Is {
            part,
            text,
            missing_is_empty: false,
        }
    }

    /// `part` is not one of `text`; one that is missing is the empty text.
    #[must_use]
    pub fn is_not_even_if_missing(part: SourcePart, text: SourceText) -> Self {
        Self::Not(Box::new(Self::Is {
            part,
            text,
            missing_is_empty: true,
        }))
    }
}
