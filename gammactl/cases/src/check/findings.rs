//! Differences between what a case expects of a request and what becomes of the request.

use std::{collections::BTreeMap, fmt::Display};

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};

use crate::share::RequestShare;

/// What differs, and for which share of the requests.
#[derive(Debug)]
pub(super) struct UnmetExpectations {
    /// Share of the requests that are looked at.
    share: f64,
    /// By place and message: shares, and ways out.
    found: BTreeMap<(Span, String), (f64, Option<String>)>,
}

impl Default for UnmetExpectations {
    fn default() -> Self {
        Self {
            share: 1.0,
            found: BTreeMap::new(),
        }
    }
}

impl UnmetExpectations {
    /// What follows is about this share of the requests.
    pub(super) fn of(&mut self, share: f64) {
        self.share = share;
    }

    pub(super) fn differs(
        &mut self,
        span: Span,
        what: &str,
        expected: impl Display,
        got: impl Display,
        hint: Option<String>,
    ) {
        let message = format!("{what}: expected {expected}, got {got}");
        let found = self.found.entry((span, message)).or_insert((0.0, hint));
        found.0 += self.share;
    }

    pub(super) fn finish(self) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        for ((span, message), (share, hint)) in self.found {
            let share = if share > 1.0 - 1e-9 {
                String::new()
            } else {
                format!(" ({} of the requests)", RequestShare::from_f64(share))
            };
            let message = format!("{message}{share}");
            let mut diagnostic = Diagnostic::new(&codes::NOT_AS_EXPECTED, span, message);
            diagnostic.hint = hint;
            diagnostics.push(diagnostic);
        }
        diagnostics
    }
}

pub(super) fn quoted(value: impl Display) -> String {
    format!("`{value}`")
}

pub(super) fn or_none(value: Option<impl Display>) -> String {
    value.map_or_else(|| "none".into(), quoted)
}
