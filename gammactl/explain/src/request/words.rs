//! Splits a shell command into words, with the kinds of quotes that browsers write when they copy a
//! request as curl.

mod cmd;

use std::{iter::Peekable, str::Chars};

/// The words of `command`; `None` if a quote is not closed.
pub(super) fn split(command: &str) -> Option<Vec<String>> {
    if cmd::is_for_windows(command) {
        return cmd::split(command);
    }
    shlex::split(&portable(command)?)
}

/// Whether `command` ends outside of quotes, and without a backslash that continues it.
pub(super) fn is_complete(command: &str) -> bool {
    if cmd::is_for_windows(command) {
        cmd::is_complete(command)
    } else {
        portable(command).is_some()
    }
}

/// Whether a word is the name of `program` or a path to it.
pub(super) fn is_program(word: &str, program: &str) -> bool {
    if word.contains("://") {
        return false;
    }
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".exe").unwrap_or(name);
    name.eq_ignore_ascii_case(program)
}

/// `command` with the two things of bash that shlex does not read as bash does: `$'…'` becomes quotes
/// of POSIX, and a line that ends with a backslash is one with the next. `None` if something is not
/// closed.
fn portable(command: &str) -> Option<String> {
    let mut portable = String::with_capacity(command.len());
    let mut chars = command.chars().peekable();
    let mut begins_word = true;
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next()? {
                '\n' => {}
                escaped => portable.extend(['\\', escaped]),
            },
            '$' if chars.next_if_eq(&'\'').is_some() => {
                let text = ansi_c(&mut chars)?;
                // A NUL ends the text, as in bash.
                let text = text.split('\0').next().unwrap_or_default();
                portable.push_str(&shlex::try_quote(text).ok()?);
            }
            '\'' => {
                portable.push(char);
                loop {
                    let quoted = chars.next()?;
                    portable.push(quoted);
                    if quoted == '\'' {
                        break;
                    }
                }
            }
            '"' => {
                portable.push(char);
                loop {
                    let quoted = chars.next()?;
                    portable.push(quoted);
                    match quoted {
                        '"' => break,
                        '\\' => portable.push(chars.next()?),
                        _ => {}
                    }
                }
            }
            '#' if begins_word => while chars.next_if(|char| *char != '\n').is_some() {},
            _ => portable.push(char),
        }
        begins_word = char.is_whitespace();
    }
    Some(portable)
}

/// The text of `$'…'` behind its first quote, as the manual of bash has it under "ANSI-C Quoting". A
/// byte (`\xff`) is the character of that number, as in the value of a header.
fn ansi_c(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut text = String::new();
    loop {
        match chars.next()? {
            '\'' => return Some(text),
            '\\' => {}
            other => {
                text.push(other);
                continue;
            }
        }
        match chars.next()? {
            'a' => text.push('\u{7}'),
            'b' => text.push('\u{8}'),
            'e' | 'E' => text.push('\u{1b}'),
            'f' => text.push('\u{c}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'v' => text.push('\u{b}'),
            'x' => text.push(numbered('x', 16, 2, chars)),
            'u' => text.push(numbered('u', 16, 4, chars)),
            'U' => text.push(numbered('U', 16, 8, chars)),
            'c' => text.push(char::from_u32(u32::from(chars.next()?) & 0x1f)?),
            digit @ '0'..='7' => {
                let first = digit.to_digit(8)?;
                let number = number(8, 2, chars)
                    .map_or(first, |(more, digits)| first * 8_u32.pow(digits) + more);
                text.push(char::from(u8::try_from(number & 0xff).ok()?));
            }
            quoted @ ('\\' | '\'' | '"' | '?') => text.push(quoted),
            other => text.extend(['\\', other]),
        }
    }
}

/// The character whose number comes next; `letter`, which announced it, if none does.
fn numbered(letter: char, radix: u32, most: u32, chars: &mut Peekable<Chars<'_>>) -> char {
    let number = number(radix, most, chars);
    number.map_or(letter, |(number, _)| {
        char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
    })
}

/// A number of one to `most` digits, and how many it has.
fn number(radix: u32, most: u32, chars: &mut Peekable<Chars<'_>>) -> Option<(u32, u32)> {
    let (mut number, mut digits) = (0, 0);
    while digits < most
        && let Some(digit) = chars.peek().and_then(|char| char.to_digit(radix))
    {
        chars.next();
        number = number * radix + digit;
        digits += 1;
    }
    (digits > 0).then_some((number, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_of_bash() {
        for (command, words) in [
            (
                "curl 'a b' \"c d\" e\\ f",
                &["curl", "a b", "c d", "e f"][..],
            ),
            ("curl 'a' \\\n  -H 'b'", &["curl", "a", "-H", "b"]),
            ("curl 'a\n b'", &["curl", "a\n b"]),
            (r"$'it\'s' x$'\x41\u0021\101'y", &["it's", "xA!Ay"]),
            (r#"$'{\n\t\"a\"\\}'"#, &["{\n\t\"a\"\\}"]),
            (r"$'\u00e9\xe9\q\U0001F600'", &["éé\\q😀"]),
            (r"$'a\0b\8'", &["a"]),
            (r"$'b\8'", &["b\\8"]),
            ("'$'\\''a' \"$'b'\"", &["$'a", "$'b'"]),
            ("a # it's 'a comment\nb", &["a", "b"]),
            ("a#b", &["a#b"]),
            ("''", &[""]),
        ] {
            assert_eq!(
                split(command).as_deref(),
                Some(&*words.iter().map(ToString::to_string).collect::<Vec<_>>()),
                "{command}"
            );
        }
    }

    #[test]
    fn what_goes_on_is_not_complete() {
        for open in [
            "'a", "\"a", "$'a", r"$'a\'", "a \\", "\"a\\\"", r"$'\", "'a' 'b",
        ] {
            assert_eq!(split(open), None, "{open}");
        }
    }
}
