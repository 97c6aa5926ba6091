//! Finds query parameters and percent-decodes them while they are compared, so that nothing is allocated.

use std::borrow::Cow;

/// The raw value of the first parameter named `name` in `query` (without `?`).
///
/// "If a query param is repeated in an HTTP request, the behavior is purposely left undefined …
/// it is recommended to match against the first value" (HTTPQueryParamMatch.name).
#[inline]
pub(crate) fn first_value<'q>(query: &'q [u8], name: &[u8]) -> Option<&'q [u8]> {
    query.split(|&b| b == b'&').find_map(|pair| {
        let mut parts = pair.splitn(2, |&b| b == b'=');
        let key = parts.next()?;
        decoded(key)
            .eq(name.iter().copied())
            .then(|| parts.next().unwrap_or_default())
    })
}

/// Whether `raw`, percent-decoded, is `expected`.
#[inline]
pub(crate) fn equals(raw: &[u8], expected: &[u8]) -> bool {
    decoded(raw).eq(expected.iter().copied())
}

/// `raw`, percent-decoded.
#[inline]
pub(crate) fn decode(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'%') {
        decoded(raw).collect()
    } else {
        Cow::Borrowed(raw)
    }
}

/// The bytes of `raw`, percent-decoded. A `%` without two hex digits stands for itself, and so does
/// `+`: both as where Envoy decodes. It does not for matches.
#[inline]
fn decoded(raw: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut rest = raw;
    std::iter::from_fn(move || {
        if let [b'%', high, low, tail @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            rest = tail;
            return Some((high << 4) | low);
        }
        let (&first, tail) = rest.split_first()?;
        rest = tail;
        Some(first)
    })
}

#[inline]
fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_counts_and_is_decoded() {
        let table = [
            ("animal=whale", "animal", Some("whale")),
            ("a=1&animal=whale&animal=dog", "animal", Some("whale")),
            ("animal", "animal", Some("")),
            ("animal=", "animal", Some("")),
            ("animals=whale", "animal", None),
            ("Animal=whale", "animal", None),
            ("%61nimal=wh%41le", "animal", Some("whAle")),
            ("q=a%3Db%26c", "q", Some("a=b&c")),
            ("q=a=b", "q", Some("a=b")),
            ("q=100%", "q", Some("100%")),
            ("q=%zz%4", "q", Some("%zz%4")),
            ("q=a+b", "q", Some("a+b")),
            ("", "q", None),
            ("&&q=1", "q", Some("1")),
        ];
        for (query, name, expected) in table {
            let raw = first_value(query.as_bytes(), name.as_bytes());
            assert_eq!(
                raw.map(decode).as_deref(),
                expected.map(str::as_bytes),
                "{query}"
            );
            if let (Some(raw), Some(expected)) = (raw, expected) {
                assert!(equals(raw, expected.as_bytes()), "{query}");
                assert!(!equals(raw, format!("{expected}x").as_bytes()), "{query}");
            }
        }
    }
}
