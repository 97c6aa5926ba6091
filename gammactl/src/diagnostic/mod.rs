//! What is wrong with the input, where, and the way out.
//!
//! Every finding has a [`Code`] that never changes its meaning, a [`Span`] that points into a
//! source, one line of why and one line of how to fix it. [`render`] writes them.

pub mod codes;
mod github;
mod json;
mod render;
mod sarif;
mod text;

pub use codes::{Code, Severity};
pub use render::{Format, render};

use std::collections::HashSet;

use crate::source::{Span, Spanned};

/// One finding about the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding this is; its severity follows from it.
    pub code: &'static Code,
    /// One sentence, lower case, naming the offending value in backticks.
    pub message: String,
    /// Where, or `None` when no source is to blame (an empty input, a bad option).
    pub span: Option<Span>,
    /// What follows from it for traffic, one line.
    pub why: Option<String>,
    /// The way out, one line.
    pub hint: Option<String>,
    /// The other place that has to do with it, and what is there.
    pub also: Option<Spanned<String>>,
}

impl Diagnostic {
    /// A finding at `span`.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span: Some(span),
            why: None,
            hint: None,
            also: None,
        }
    }

    /// Says what follows from it for traffic.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Says how to fix it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Points to another place, too.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        let value = label.into();
        self.also = Some(Spanned { value, span });
        self
    }
}

/// Findings in the order in which they were made.
#[derive(Debug, Default, Clone)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of `others`.
    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Adds those of `others` that are not there twice.
    pub(crate) fn extend_new(&mut self, others: Self) {
        let mut seen = HashSet::new();
        for diagnostic in others.0 {
            if seen.insert((
                diagnostic.code.id,
                diagnostic.span,
                diagnostic.message.clone(),
            )) {
                self.0.push(diagnostic);
            }
        }
    }

    /// All findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps those that `wanted` says.
    pub fn retain(&mut self, wanted: impl FnMut(&Diagnostic) -> bool) {
        self.0.retain(wanted);
    }

    /// Whether any finding is of `severity`.
    pub fn any(&self, severity: Severity) -> bool {
        self.0.iter().any(|d| d.code.severity == severity)
    }

    /// How many findings are of `severity`.
    pub fn count(&self, severity: Severity) -> usize {
        self.0
            .iter()
            .filter(|d| d.code.severity == severity)
            .count()
    }

    /// Sorts by file and position, so that the output does not depend on the order of the passes.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|d| (d.span, d.code.id));
    }
}
