//! The styles of text that people read on a terminal: explanations, diffs and results of tests.

use anstyle::{AnsiColor, Style};

/// The styles of a text, or none where the text is for a file or a pipe.
#[derive(Debug, Clone, Copy)]
pub struct TextStyles {
    /// Whether styles are written at all.
    pub color: bool,
}

impl TextStyles {
    /// Titles, and what the eye should find first.
    #[must_use]
    pub fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// What explains the text beside it, such as places in files.
    #[must_use]
    pub fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// What holds, passes or is new.
    #[must_use]
    pub fn green(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// What does not hold, fails or is gone.
    #[must_use]
    pub fn red(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.into()
        }
    }
}
