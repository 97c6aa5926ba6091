//! Escapes that stand for one byte: `\.`, `\n`, `\x7f`, `\101`.

use super::parser::PatternParser;
use crate::error::{PatternSyntax, UnusablePattern};

impl PatternParser<'_> {
    /// Reads what begins with a backslash and is one byte.
    pub(super) fn escape(&mut self) -> Result<u8, UnusablePattern> {
        let before = self.rest;
        let [b'\\', letter, rest @ ..] = self.rest else {
            return Err(PatternSyntax::TrailingBackslash.of(""));
        };
        self.rest = rest;
        let byte = match letter {
            // A digit alone would be a back-reference.
            b'1'..=b'7' if !matches!(rest.first(), Some(b'0'..=b'7')) => None,
            b'0'..=b'7' => self.octal(*letter),
            b'x' => self.hexadecimal(),
            b'a' => Some(7),
            b'f' => Some(0x0c),
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'v' => Some(0x0b),
            byte if byte.is_ascii() && !byte.is_ascii_alphanumeric() => Some(*byte),
            _ => None,
        };
        byte.ok_or_else(|| self.error(PatternSyntax::Escape, before))
    }

    /// Up to three digits, of which one was read.
    fn octal(&mut self, first: u8) -> Option<u8> {
        let mut value = u32::from(first - b'0');
        for _ in 0..2 {
            let Some(&digit @ b'0'..=b'7') = self.rest.first() else {
                break;
            };
            value = value * 8 + u32::from(digit - b'0');
            self.rest = &self.rest[1..];
        }
        value.try_into().ok()
    }

    /// Two digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Option<u8> {
        let (digits, after) = match self.rest.strip_prefix(b"{") {
            Some(inside) => {
                let end = inside.iter().position(|&byte| byte == b'}')?;
                (&inside[..end], &inside[end + 1..])
            }
            None => self.rest.split_at_checked(2)?,
        };
        self.rest = after;
        let value = digits.iter().try_fold(0_u32, |value, &digit| {
            let digit = char::from(digit).to_digit(16)?;
            value.checked_mul(16)?.checked_add(digit)
        })?;
        (!digits.is_empty()).then(|| value.try_into().ok())?
    }
}
