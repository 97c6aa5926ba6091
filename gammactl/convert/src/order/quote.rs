//! Texts as regular expressions.

/// A regular expression that matches `text` and nothing else.
#[must_use]
pub(crate) fn quoted(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// `text` in any case: `[aA]` for each letter, which every engine reads alike.
#[must_use]
pub(crate) fn quoted_in_any_case(text: &str) -> String {
    let mut pattern = String::new();
    for character in text.chars() {
        if character.is_ascii_alphabetic() {
            let (lower, upper) = (
                character.to_ascii_lowercase(),
                character.to_ascii_uppercase(),
            );
            pattern.extend(['[', lower, upper, ']']);
        } else {
            pattern.push_str(&quoted(character.encode_utf8(&mut [0; 4])));
        }
    }
    pattern
}
