//! A diagnostic is one finding about the input; diagnostics are collected in a list.

use std::collections::HashSet;

use super::{
    codes::{Code, Severity},
    hint::Hint,
};
use crate::source::{Span, Spanned};

/// One finding about the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding this is; its severity follows from it.
    pub code: &'static Code,
    /// One sentence, lower case, naming the offending value in backticks.
    pub message: String,
    /// Place of the finding, or `None` when no source is to blame (an empty input, a bad option).
    pub span: Option<Span>,
    /// What the finding means for traffic, in one line.
    pub why: Option<String>,
    /// The way out, one line.
    pub hint: Option<String>,
    /// What to write, and in place of what, if that is all there is to do.
    pub fix: Option<Spanned<String>>,
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
            fix: None,
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
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        let (text, replacement) = hint.into().into_parts();
        self.hint = Some(text);
        self.fix = replacement
            .zip(self.span)
            .map(|(value, span)| Spanned { value, span });
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
pub struct Diagnostics {
    all: Vec<Diagnostic>,
    /// What [`Diagnostics::push_once`] has added.
    once: HashSet<(&'static str, Option<Span>, String)>,
}

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.all.push(diagnostic);
    }

    /// Adds all of `others`.
    pub fn extend(&mut self, others: Self) {
        self.all.extend(others.all);
    }

    /// Adds a finding that may come up again and again, for every port of a Service.
    pub fn push_once(&mut self, diagnostic: Diagnostic) {
        let key = (
            diagnostic.code.id,
            diagnostic.span,
            diagnostic.message.clone(),
        );
        if self.once.insert(key) {
            self.all.push(diagnostic);
        }
    }

    /// All findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.all.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Keeps those that `wanted` says.
    pub fn retain(&mut self, wanted: impl FnMut(&Diagnostic) -> bool) {
        self.all.retain(wanted);
    }

    /// Whether any finding is of `severity`.
    pub fn any(&self, severity: Severity) -> bool {
        self.all.iter().any(|d| d.code.severity == severity)
    }

    /// How many findings are of `severity`.
    pub fn count(&self, severity: Severity) -> usize {
        self.all
            .iter()
            .filter(|d| d.code.severity == severity)
            .count()
    }

    /// Sorts by file and position, so that the output does not depend on the order of the passes.
    pub fn sort(&mut self) {
        self.all.sort_by_key(|d| (d.span, d.code.id));
    }
}
