//! The styles of a diff on a terminal.

use anstyle::{AnsiColor, Style};

/// Whether styles are written at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct DiffStyles {
    pub(super) color: bool,
}

impl DiffStyles {
    pub(super) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// What was there before.
    pub(super) fn before(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    /// What is there after.
    pub(super) fn after(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.into()
        }
    }
}
