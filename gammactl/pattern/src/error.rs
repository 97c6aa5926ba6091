//! Why a regular expression can't be used.

/// Why a regular expression can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusablePattern {
    /// It is none, in RE2's syntax.
    #[error("{what}{}", quoted(.text))]
    Syntax {
        /// What is wrong.
        what: PatternSyntax,
        /// The piece of it that is.
        text: String,
    },
    /// Its automaton is too large. Whatever takes one step for each byte of a text has to know all that can come of
    /// the bytes before, which for some expressions is a great deal.
    #[error(
        "its automaton has more than {} steps (states × classes of bytes)",
        gamma_config::MAX_STEPS
    )]
    TooLarge,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each says what it is")]
#[non_exhaustive]
pub enum PatternSyntax {
    #[error("an escape that means nothing")]
    Escape,
    #[error("a group that begins with what is not supported")]
    Group,
    #[error("a group with a name that can't be one")]
    GroupName,
    #[error("a `[` without its `]`")]
    MissingBracket,
    #[error("a `(` without its `)`")]
    MissingParenthesis,
    #[error("groups within more than 200 groups")]
    NestedTooDeeply,
    #[error("nothing to repeat before the operator")]
    NothingToRepeat,
    #[error("a range of characters that there is not")]
    Range,
    #[error("one operator of repetition behind another")]
    RepeatedOperator,
    #[error("a repetition of more than 1000, or of less than its minimum")]
    RepetitionSize,
    #[error("a backslash at the end")]
    TrailingBackslash,
    #[error("a `)` without its `(`")]
    UnexpectedParenthesis,
}

impl PatternSyntax {
    pub(crate) fn of(self, text: &str) -> UnusablePattern {
        UnusablePattern::Syntax {
            what: self,
            text: text.to_owned(),
        }
    }
}

fn quoted(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!(": `{text}`"),
    }
}
