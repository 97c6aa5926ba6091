//! Characters that nobody sees: those that look like spaces and are none, and those that YAML forbids.

/// A character that was perhaps typed or copied by mistake.
pub(super) struct OddSpace {
    /// Bytes from the start of the text.
    pub(super) at: usize,
    pub(super) character: char,
}

impl OddSpace {
    /// What it is called.
    pub(super) fn name(&self) -> String {
        let name = match self.character {
            '\u{a0}' => "a no-break space",
            '\u{202f}' => "a narrow no-break space",
            '\u{3000}' => "an ideographic space",
            '\u{200b}' => "a zero-width space",
            '\u{feff}' => "a byte order mark",
            _ => "a space that is not the one of the keyboard",
        };
        format!("{name} (U+{:04X})", u32::from(self.character))
    }

    /// What to do about it.
    pub(super) fn instead(&self) -> String {
        format!("replace {} by a space", self.name())
    }
}

/// What looks like a space and is none: in the indentation of any line up to byte `at`, where something
/// is wrong, or anywhere in that line and the one before.
pub(super) fn suspicious(text: &str, at: usize) -> Option<OddSpace> {
    let at = (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))?;
    let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let line_start = text[..at].rfind('\n').unwrap_or(0);
    let near = text[..line_start].rfind('\n').unwrap_or(0);
    let mut start = 0;
    for line in text[..line_end].split_inclusive('\n') {
        let is_near = start + line.len() > near;
        let mut indented = true;
        for (i, character) in line.char_indices() {
            indented &= character.is_whitespace() || is_odd(character);
            if is_odd(character) && (indented && start + i > 0 || is_near) {
                let at = start + i;
                return Some(OddSpace { at, character });
            }
        }
        start += line.len();
    }
    None
}

/// The first character of a text that looks like a space and is none.
pub(super) fn first_odd(text: &str) -> Option<OddSpace> {
    let (at, character) = text.char_indices().find(|&(_, c)| is_odd(c))?;
    Some(OddSpace { at, character })
}

fn is_odd(character: char) -> bool {
    matches!(
        character,
        '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// The first character that YAML does not allow, and where it is.
pub(super) fn control_character(text: &str) -> Option<(usize, char)> {
    let is_plain = |b: u8| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    let at = text.bytes().position(|b| !is_plain(b))?;
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
    let mut rest = text[at..].char_indices();
    let (i, character) = rest.find(|&(_, c)| !is_allowed(c))?;
    Some((at + i, character))
}
