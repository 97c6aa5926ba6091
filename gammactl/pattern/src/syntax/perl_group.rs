//! What `(?` begins: flags, groups that are not captured, groups with names.

use super::parser::PatternParser;
use crate::error::{PatternSyntax, UnusablePattern};

impl<'p> PatternParser<'p> {
    /// Reads on behind `(` where `?` follows. `before` begins with the parenthesis.
    pub(super) fn perl_group(&mut self, before: &'p [u8]) -> Result<(), UnusablePattern> {
        let rest = self.rest;
        let name = rest
            .strip_prefix(b"?P<")
            .or_else(|| rest.strip_prefix(b"?<"));
        let looks_behind = rest.starts_with(b"?<=") || rest.starts_with(b"?<!");
        if let Some(name) = name.filter(|_| !looks_behind) {
            return self.named_group(name, before);
        }
        self.rest = &rest[1..];
        let mut flags = self.flags;
        let (mut is_on, mut is_complete) = (true, true);
        loop {
            let Some((&letter, rest)) = self.rest.split_first() else {
                return Err(self.error(PatternSyntax::Group, before));
            };
            self.rest = rest;
            match letter {
                b'i' => flags.any_case = is_on,
                b'm' => flags.multi_line = is_on,
                b's' => flags.dot_matches_new_line = is_on,
                b'U' => {}
                b'-' if is_on => {
                    (is_on, is_complete) = (false, false);
                    continue;
                }
                b':' if is_complete => return self.open_group(flags, false),
                b')' if is_complete => {
                    self.flags = flags;
                    return Ok(());
                }
                _ => return Err(self.error(PatternSyntax::Group, before)),
            }
            is_complete = true;
        }
    }

    /// `name` and what follows it.
    fn named_group(&mut self, name: &'p [u8], before: &[u8]) -> Result<(), UnusablePattern> {
        let Some(len) = name.iter().position(|&byte| byte == b'>') else {
            self.rest = &[];
            return Err(self.error(PatternSyntax::GroupName, before));
        };
        self.rest = &name[len + 1..];
        let name = &name[..len];
        // Letters of Latin-1 are as good as those of ASCII.
        let is_letter = |&byte: &u8| {
            matches!(byte, b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
                || matches!(byte, 0xaa | 0xb5 | 0xba | 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..)
        };
        if name.is_empty() || !name.iter().all(is_letter) {
            return Err(self.error(PatternSyntax::GroupName, before));
        }
        self.open_group(self.flags, true)
    }
}
