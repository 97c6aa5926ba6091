//! Query parameters.

/// The value of the parameter `name`, if there is one.
///
/// "If multiple query params … the first value" and "percent-decoded; `+` stands for itself"
/// (semantics.md).
pub(super) fn value(query: &str, name: &str) -> Option<Vec<u8>> {
    query.split('&').find_map(|parameter| {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (decoded(key) == name.as_bytes()).then(|| decoded(value))
    })
}

/// `%` and two hexadecimal digits are one byte; everything else is itself.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let encoded = digits
            .filter(|two| first == b'%' && two.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(encoded.unwrap_or(first));
        rest = if encoded.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    bytes
}
