//! Reads a regular expression as RE2 does for Envoy: with Perl's extensions, and byte by byte (Latin-1), so that
//! `.` is one byte and a character beyond ASCII is several.
//!
//! RE2's syntax is described at <https://github.com/google/re2/wiki/PatternSyntax>. What that page leaves open was looked up
//! in its sources, and is held to a real Envoy by `tests/tests/re2`. What comes out is regex-syntax's form of an
//! expression, which regex-automata makes automata of.

mod byte_set;
mod class;
mod escape;
mod flags;
mod groups;
mod parser;
mod perl_group;

use regex_syntax::hir::{Hir, Look, Repetition};

use self::{
    byte_set::ByteSet,
    flags::Flags,
    parser::{ExpressionPart, OpenGroup, PatternParser},
};
use crate::error::{PatternSyntax, UnusablePattern};

/// "RE2 limits repetition counts to 1000", also where one repetition is within another.
const MOST_REPEATED: u32 = 1000;

/// What `pattern` is made of.
pub(crate) fn parse(pattern: &str) -> Result<Hir, UnusablePattern> {
    let mut parser = PatternParser {
        rest: pattern.as_bytes(),
        flags: Flags::default(),
        open: vec![OpenGroup::new(Flags::default())],
    };
    parser.run()
}

impl<'p> PatternParser<'p> {
    fn run(&mut self) -> Result<Hir, UnusablePattern> {
        // The operator that was read last, if nothing came after it: `a**` is no double star.
        let mut operator: Option<&'p [u8]> = None;
        while let Some(&byte) = self.rest.first() {
            let before = self.rest;
            if let Some((min, max)) = self.repetition(byte) {
                // Greedy or not, the same texts match in full.
                self.take(b"?");
                let begin = operator.unwrap_or(before);
                if operator.is_some() {
                    return Err(self.error(PatternSyntax::RepeatedOperator, begin));
                }
                self.repeat(min, max, before)?;
                operator = Some(before);
                continue;
            }
            operator = None;
            self.one(byte)?;
        }
        let open = self.open.pop().filter(|_| self.open.is_empty());
        match open {
            Some(whole) => Ok(whole.end().hir),
            None => Err(PatternSyntax::MissingParenthesis.of("")),
        }
    }

    /// Reads one part that is no repetition, which begins with `byte`.
    fn one(&mut self, byte: u8) -> Result<(), UnusablePattern> {
        let before = self.rest;
        if byte == b'\\' {
            return self.escaped();
        }
        if byte == b'[' {
            let set = self.class()?;
            self.push(set.into_hir());
            return Ok(());
        }
        self.rest = &self.rest[1..];
        match byte {
            b'(' if self.rest.starts_with(b"?") => self.perl_group(before)?,
            b'(' => self.open_group(self.flags, true)?,
            b'|' => self.group().end_alternative(),
            b')' => match self.open.len() {
                1 => return Err(self.error(PatternSyntax::UnexpectedParenthesis, before)),
                _ => self.close_group(),
            },
            b'^' => self.push(Hir::look(match self.flags.multi_line {
                true => Look::StartLF,
                false => Look::Start,
            })),
            b'$' => self.push(Hir::look(match self.flags.multi_line {
                true => Look::EndLF,
                false => Look::End,
            })),
            b'.' => {
                let mut set = ByteSet::all();
                if !self.flags.dot_matches_new_line {
                    set.remove(b'\n');
                }
                self.push(set.into_hir());
            }
            byte => self.literal(byte),
        }
        Ok(())
    }

    /// Reads what follows a backslash.
    fn escaped(&mut self) -> Result<(), UnusablePattern> {
        let look = match self.rest.get(1) {
            Some(b'b') => Some(Look::WordAscii),
            Some(b'B') => Some(Look::WordAsciiNegate),
            Some(b'A') => Some(Look::Start),
            Some(b'z') => Some(Look::End),
            _ => None,
        };
        if let Some(look) = look {
            self.rest = &self.rest[2..];
            self.push(Hir::look(look));
        } else if self.take(br"\C") {
            self.push(ByteSet::all().into_hir());
        } else if self.take(br"\Q") {
            while !self.rest.is_empty() && !self.take(br"\E") {
                let byte = self.rest[0];
                self.rest = &self.rest[1..];
                self.literal(byte);
            }
        } else if let Some(set) = self.escaped_class()? {
            self.push(set.into_hir());
        } else {
            let byte = self.escape()?;
            self.literal(byte);
        }
        Ok(())
    }

    /// Reads a repetition: how often, and at most how often. Braces that are none stand for themselves.
    fn repetition(&mut self, byte: u8) -> Option<(u32, Option<u32>)> {
        let simple = match byte {
            b'*' => (0, None),
            b'+' => (1, None),
            b'?' => (0, Some(1)),
            b'{' => return self.counted(),
            _ => return None,
        };
        self.rest = &self.rest[1..];
        Some(simple)
    }

    fn counted(&mut self) -> Option<(u32, Option<u32>)> {
        let end = self.rest.iter().position(|&byte| byte == b'}')?;
        let inside = std::str::from_utf8(&self.rest[1..end]).ok()?;
        let counted = match inside.split_once(',') {
            None => {
                let count = count(inside)?;
                (count, Some(count))
            }
            Some((min, "")) => (count(min)?, None),
            Some((min, max)) => (count(min)?, Some(count(max)?)),
        };
        self.rest = &self.rest[end + 1..];
        Some(counted)
    }

    /// Repeats what was read last. `text` begins with the operator.
    fn repeat(&mut self, min: u32, max: Option<u32>, text: &[u8]) -> Result<(), UnusablePattern> {
        let is_counted = text.starts_with(b"{");
        if min > MOST_REPEATED || max.is_some_and(|max| max > MOST_REPEATED || max < min) {
            return Err(self.error(PatternSyntax::RepetitionSize, text));
        }
        let Some(item) = self.group().items.pop() else {
            return Err(self.error(PatternSyntax::NothingToRepeat, text));
        };
        let times = u64::from(max.unwrap_or(min)).max(1);
        let repeated = match is_counted {
            true => item.repeated.saturating_mul(times),
            false => item.repeated,
        };
        if is_counted && times > 1 && repeated > u64::from(MOST_REPEATED) {
            return Err(self.error(PatternSyntax::RepetitionSize, text));
        }
        let hir = Hir::repetition(Repetition {
            min,
            max,
            greedy: true,
            sub: Box::new(item.hir),
        });
        self.group().items.push(ExpressionPart { hir, repeated });
        Ok(())
    }
}

/// A number without zeros before it.
fn count(digits: &str) -> Option<u32> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let has_zeros = digits.len() > 1 && digits.starts_with('0');
    // Of more digits RE2 says that they are no count at all.
    (is_number && !has_zeros && digits.len() < 10).then(|| digits.parse().ok())?
}
