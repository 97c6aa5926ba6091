//! A header map as the host hands it over, searched where it lies.
//!
//! The pairs encoding: a count, that many pairs of name and value lengths (all little-endian
//! `u32`), then the names and values, each with a NUL behind it.

use gamma_router::Headers;

const WORD: usize = 4;

/// All headers of a message.
#[derive(Debug, Default)]
pub(crate) struct HeaderMap(Vec<u8>);

impl HeaderMap {
    pub(crate) fn new(pairs: Vec<u8>) -> Self {
        Self(pairs)
    }

    /// Names and values in order. Ends early if the encoding is cut short.
    pub(crate) fn iter(&self) -> Pairs<'_> {
        let count = word(&self.0, 0).unwrap_or(0);
        let data = count
            .checked_mul(2)
            .and_then(|words| words.checked_add(1))
            .and_then(|words| words.checked_mul(WORD));
        Pairs {
            bytes: &self.0,
            left: count,
            lengths: WORD,
            data: data.unwrap_or(usize::MAX),
        }
    }

    /// The first value of `name`, or nothing.
    pub(crate) fn first(&self, name: &str) -> &[u8] {
        self.values(name).next().unwrap_or_default()
    }
}

impl Headers for HeaderMap {
    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }
}

/// Iterator over names and values.
pub(crate) struct Pairs<'a> {
    bytes: &'a [u8],
    left: usize,
    lengths: usize,
    data: usize,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let name = self.take()?;
        let value = self.take()?;
        Some((name, value))
    }
}

impl<'a> Pairs<'a> {
    fn take(&mut self) -> Option<&'a [u8]> {
        let len = word(self.bytes, self.lengths)?;
        self.lengths = self.lengths.checked_add(WORD)?;
        let end = self.data.checked_add(len)?;
        let text = self.bytes.get(self.data..end)?;
        self.data = end.checked_add(1)?;
        Some(text)
    }
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..at.checked_add(WORD)?)?;
    usize::try_from(u32::from_le_bytes(word.try_into().ok()?)).ok()
}

/// The pairs encoding of `headers`.
pub(crate) fn encode(headers: &[(&str, &[u8])]) -> Vec<u8> {
    let length = |text: &[u8]| u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&u32::try_from(headers.len()).unwrap_or(0).to_le_bytes());
    for (name, value) in headers {
        bytes.extend_from_slice(&length(name.as_bytes()));
        bytes.extend_from_slice(&length(value));
    }
    for (name, value) in headers {
        for text in [name.as_bytes(), value] {
            bytes.extend_from_slice(text);
            bytes.push(0);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_order_and_in_any_case() {
        let map = HeaderMap::new(encode(&[
            (":path", b"/"),
            ("a", b"1"),
            ("b", b""),
            ("A", b"\xff"),
        ]));
        assert_eq!(map.values("a").collect::<Vec<_>>(), [&b"1"[..], b"\xff"]);
        assert_eq!(map.first("b"), b"");
        assert_eq!(map.first("c"), b"");
        assert_eq!(map.iter().count(), 4);
    }

    #[test]
    fn a_cut_map_ends_early() {
        let whole = encode(&[("name", b"value"), ("other", b"thing")]);
        for len in 0..whole.len() - 1 {
            assert!(
                HeaderMap::new(whole[..len].into()).iter().count() < 2,
                "{len}"
            );
        }
        let mut lies = whole.clone();
        lies[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(HeaderMap::new(lies).iter().count(), 0);
    }
}
