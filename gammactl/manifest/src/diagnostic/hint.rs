//! A hint is the way out of a finding in words; where there is one edit only, it is that edit, too.

/// The way out of a finding, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    // Errors carry hints: these are as small as they can be.
    text: Box<str>,
    replacement: Option<Box<str>>,
}

impl Hint {
    /// Asks whether `name` was meant where something else stands. That is the place of the finding.
    #[must_use]
    pub fn did_you_mean(name: &str) -> Self {
        Self::from(format!("did you mean `{name}`?")).replace_by(name)
    }

    /// Says that everything is well with `text` in the place of the finding.
    #[must_use]
    pub fn replace_by(mut self, text: impl Into<String>) -> Self {
        self.replacement = Some(text.into().into_boxed_str());
        self
    }

    /// Leaves the words alone: something else would have to change, too.
    #[must_use]
    pub fn in_words(mut self) -> Self {
        self.replacement = None;
        self
    }

    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words, and what to write in the place of the finding.
    pub(super) fn into_parts(self) -> (String, Option<String>) {
        (self.text.into(), self.replacement.map(String::from))
    }
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        Self {
            text: text.into(),
            replacement: None,
        }
    }
}

impl From<&str> for Hint {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
