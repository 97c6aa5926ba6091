//! Splits a command of the Windows shell, as browsers copy one by "Copy as cURL (cmd)": first as `cmd.exe`
//! takes it, by which `^` makes the next character an ordinary one, then as the program's own library takes
//! its command line, by which `"` begins and ends quotes and `\"` is one.

/// Whether `command` is for `cmd.exe` rather than for a shell of POSIX.
pub(super) fn is_for_windows(command: &str) -> bool {
    let quote = command.find(['\'', '"']);
    let before = |at: usize| command[..at].chars().next_back();
    match quote {
        Some(at) if before(at) == Some('^') => true,
        Some(at) if command[at..].starts_with('\'') => false,
        _ => command
            .lines()
            .any(|line| line.trim_end_matches('^').ends_with(' ') && line.ends_with('^')),
    }
}

/// Whether `command` ends without a `^` that continues it.
pub(super) fn is_complete(command: &str) -> bool {
    plain(command).is_some()
}

/// The words of `command`; `None` if a quote is not closed.
pub(super) fn split(command: &str) -> Option<Vec<String>> {
    words(&plain(command)?)
}

/// `command` without what `cmd.exe` takes out. `None` if a `^` has nothing to stand before.
fn plain(command: &str) -> Option<String> {
    let mut plain = String::with_capacity(command.len());
    let mut chars = command.chars();
    let mut quoted = false;
    while let Some(char) = chars.next() {
        match char {
            '^' if !quoted => match chars.next()? {
                // The line goes on, and its first character is an ordinary one.
                '\n' => plain.push(chars.next()?),
                escaped => plain.push(escaped),
            },
            '"' => {
                quoted = !quoted;
                plain.push(char);
            }
            _ => plain.push(char),
        }
    }
    Some(plain)
}

/// As Microsoft's C library parts a command line into the arguments of a program.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            ' ' | '\t' if !quoted => words.extend(word.take()),
            '\\' => {
                let mut backslashes = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    backslashes += 1;
                }
                let word = word.get_or_insert_default();
                // "Backslashes are interpreted literally, unless they immediately precede a double quote".
                if chars.peek() == Some(&'"') {
                    word.extend(std::iter::repeat_n('\\', backslashes / 2));
                    if backslashes % 2 == 1 {
                        word.extend(chars.next());
                    }
                } else {
                    word.extend(std::iter::repeat_n('\\', backslashes));
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                if quoted && chars.next_if_eq(&'"').is_some() {
                    word.push('"');
                } else {
                    quoted = !quoted;
                }
            }
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    (!quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_windows() {
        for (command, words) in [
            (
                r#"curl ^"http://cart/?a=1^&b=%^41^" ^
  -H ^"x: ^\^"1^\^", a\\b^" ^
  --data-raw ^"^{^\^"a^\^":1^}^""#,
                &[
                    "curl",
                    "http://cart/?a=1&b=%41",
                    "-H",
                    r#"x: "1", a\\b"#,
                    "--data-raw",
                    r#"{"a":1}"#,
                ][..],
            ),
            (
                "curl \"http://cart/?a^b\" ^\n -H \"x: \"\"y\"\"\" ^\n -d \"\"",
                &["curl", "http://cart/?a^b", "-H", "x: \"y\"", "-d", ""],
            ),
            ("curl ^\n  http://cart/", &["curl", "http://cart/"]),
            ("curl ^\"a^\n\nb^\"", &["curl", "a\nb"]),
        ] {
            assert!(is_for_windows(command), "{command}");
            assert_eq!(
                split(command).as_deref(),
                Some(&*to_owned(words)),
                "{command}"
            );
        }
    }

    fn to_owned(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn commands_of_other_shells_are_left_to_them() {
        for command in [
            "curl 'http://cart/' -d '{\"a\": \"^\"}'",
            "curl http://cart/ \\\n  -H 'a: b ^'",
            "curl \"http://cart/^\"",
            "curl http://cart/",
        ] {
            assert!(!is_for_windows(command), "{command}");
        }
    }

    #[test]
    fn what_goes_on_is_not_complete() {
        for open in ["curl ^\"a^\" ^", "curl a ^\n", "curl ^\"a^\n"] {
            assert!(is_for_windows(open), "{open}");
            assert!(!is_complete(open), "{open}");
        }
    }
}
