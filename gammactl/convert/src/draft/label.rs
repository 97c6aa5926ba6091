//! Names of objects and rules.

/// `text` in lower case, with `-` for what a name in DNS does not have.
pub(crate) fn label(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let text = text.trim_matches('-');
    if text.is_empty() {
        "unnamed".into()
    } else {
        text.into()
    }
}
