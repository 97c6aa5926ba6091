//! The four kinds of findings, by what becomes of requests.

use std::fmt;

use gamma_manifest::diagnostic::{Code, Severity, codes};

/// What a finding means for requests. Those of the first two kinds have to be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingClass {
    /// Requests are decided otherwise.
    GoesElsewhere,
    /// Requests are decided as before, and the answer is another one.
    AnsweredOtherwise,
    /// Decision and answer are the same, and something happens otherwise on the way.
    OtherOnTheWay,
    /// Nothing is lost.
    Note,
}

impl FindingClass {
    /// In the order of their weight.
    pub const ALL: [Self; 4] = [
        Self::GoesElsewhere,
        Self::AnsweredOtherwise,
        Self::OtherOnTheWay,
        Self::Note,
    ];

    /// That of a code.
    #[must_use]
    pub fn of(code: &Code) -> Self {
        let answered = [
            codes::NO_SUCH_ACTION.id,
            codes::ANSWERED_OTHERWISE.id,
            codes::UNKNOWN_DESTINATION.id,
        ];
        match code.severity {
            Severity::Error if answered.contains(&code.id) => Self::AnsweredOtherwise,
            Severity::Error => Self::GoesElsewhere,
            Severity::Warning => Self::OtherOnTheWay,
            Severity::Note => Self::Note,
        }
    }

    /// As tools write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GoesElsewhere => "goesElsewhere",
            Self::AnsweredOtherwise => "answeredOtherwise",
            Self::OtherOnTheWay => "otherOnTheWay",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for FindingClass {
    /// As a heading.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GoesElsewhere => "Goes elsewhere",
            Self::AnsweredOtherwise => "Answered otherwise",
            Self::OtherOnTheWay => "Other behaviour on the way",
            Self::Note => "Notes",
        })
    }
}
