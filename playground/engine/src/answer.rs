//! Answers to the page: JSON, or why there is none.

use serde::Serialize;
use serde_json::json;

/// Why a question of the page has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// More than is read.
    #[error("{what}: {is}, and {most} are read at most")]
    TooMuch {
        /// What there is too much of, with its unit.
        what: &'static str,
        /// How much there is.
        is: usize,
        /// How much is read.
        most: usize,
    },
    /// The page has sent something else than it should.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The parts of a request make none.
    #[error(transparent)]
    Request(#[from] gamma_explain::request::RequestError),
    /// A line is no command of curl, nor anything else that is read.
    #[error(transparent)]
    Line(#[from] gamma_explain::request::ListError),
    /// A pattern that the router refuses.
    #[error(transparent)]
    Router(#[from] gamma_router::BuildError),
    /// Anything else, in words.
    #[error("{0}")]
    Words(String),
}

/// The answer as the page gets it.
pub(crate) fn answer<T: Serialize>(answered: Result<T, Unanswered>) -> String {
    let text = answered.and_then(|answered| Ok(serde_json::to_string(&answered)?));
    text.unwrap_or_else(|why| json!({"error": why.to_string()}).to_string())
}

/// Refuses what is too much.
pub(crate) fn at_most(what: &'static str, is: usize, most: usize) -> Result<(), Unanswered> {
    if is > most {
        return Err(Unanswered::TooMuch { what, is, most });
    }
    Ok(())
}
