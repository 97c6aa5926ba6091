//! A page of text in two columns: labels, and what stands beside them.

use std::fmt::Write as _;

use crate::style::TextStyles;

/// Width of the labels on the left.
const LABEL: usize = 10;

/// The text of an explanation as far as it is written.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) style: TextStyles,
    /// Whether no match is left out.
    pub(super) all: bool,
}

impl Page {
    /// `label`, padded, and `text`, whose further lines are indented.
    pub(super) fn line(&mut self, label: &str, text: &str) {
        let label = match label {
            "" => " ".repeat(LABEL),
            _ => self.style.dim(&format!("{label:<LABEL$}")),
        };
        let text = text.replace('\n', &format!("\n{}", " ".repeat(LABEL)));
        let _ = writeln!(self.text, "{label}{text}");
    }
}
