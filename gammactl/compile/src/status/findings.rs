//! Groups diagnostics by the part of a manifest that they point into, which is the part that a
//! condition is about.

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics},
    source::Span,
};

use super::{reason, reason::About};

/// A finding that a condition is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finding<'d> {
    pub(super) span: Span,
    pub(super) about: About,
    pub(super) reason: &'static str,
    diagnostic: &'d Diagnostic,
}

impl Finding<'_> {
    /// What is wrong, and what follows.
    pub(super) fn message(&self) -> String {
        let Diagnostic { message, why, .. } = self.diagnostic;
        match why {
            Some(why) => format!("{message}: {why}"),
            None => message.clone(),
        }
    }
}

/// The findings that conditions are about, in the order of the sources.
#[derive(Debug)]
pub(super) struct ConditionFindings<'d>(Vec<Finding<'d>>);

impl<'d> ConditionFindings<'d> {
    pub(super) fn new(diagnostics: &'d Diagnostics) -> Self {
        let mut findings: Vec<Finding<'d>> = diagnostics
            .iter()
            .filter_map(|diagnostic| {
                let (about, reason) = reason::of(diagnostic.code)?;
                let span = diagnostic.span?;
                Some(Finding {
                    span,
                    about,
                    reason,
                    diagnostic,
                })
            })
            .collect();
        findings.sort_by_key(|finding| finding.span);
        Self(findings)
    }

    /// The findings about `about` that point into `place`.
    pub(super) fn within(&self, place: Span, about: About) -> impl Iterator<Item = Finding<'d>> {
        let first = self
            .0
            .partition_point(|f| f.span < Span { end: 0, ..place });
        self.0[first..]
            .iter()
            .take_while(move |f| f.span.file == place.file && f.span.start < place.end)
            .filter(move |f| contains(place, f.span) && f.about == about)
            .copied()
    }
}

pub(super) fn contains(place: Span, span: Span) -> bool {
    place.file == span.file && place.start <= span.start && span.end <= place.end
}
