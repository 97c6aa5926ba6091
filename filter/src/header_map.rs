//! A header map as the host hands it over, searched where it lies.
//!
//! The pairs encoding: a count, that many pairs of name and value lengths (all little-endian
//! `u32`), then the names and values, each with a NUL behind it.

use std::slice::ChunksExact;

use gamma_router::Headers;

const WORD: usize = 4;
/// The length of a name and that of a value.
const PAIR: usize = 2 * WORD;

/// All headers of a message.
#[derive(Debug, Default)]
pub(crate) struct HeaderMap(Vec<u8>);

impl HeaderMap {
    pub(crate) fn new(pairs: Vec<u8>) -> Self {
        Self(pairs)
    }

    /// Names and values in order. Ends early if the encoding is cut short.
    pub(crate) fn iter(&self) -> Pairs<'_> {
        let lengths_and_text = || {
            let (count, rest) = self.0.split_first_chunk::<WORD>()?;
            let lengths = length(*count).checked_mul(PAIR)?;
            rest.split_at_checked(lengths)
        };
        let (lengths, text) = lengths_and_text().unwrap_or_default();
        Pairs {
            lengths: lengths.chunks_exact(PAIR),
            text,
        }
    }

    /// Whether it has the `pairs` that its first word promises.
    pub(crate) fn is_whole(&self, pairs: usize) -> bool {
        let promised = self.0.first_chunk().copied();
        promised.is_some_and(|promised| length(promised) == pairs)
    }

    /// The encoding.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
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
    lengths: ChunksExact<'a, u8>,
    /// What is left of the names and values.
    text: &'a [u8],
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.lengths.next()?.split_first_chunk()?;
        let name = self.take(length(*name))?;
        let value = self.take(length(*value.first_chunk()?))?;
        Some((name, value))
    }
}

impl<'a> Pairs<'a> {
    /// A text and the NUL behind it.
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (text, rest) = self.text.split_at_checked(length)?;
        self.text = rest.get(1..)?;
        Some(text)
    }
}

fn length(word: [u8; WORD]) -> usize {
    usize::try_from(u32::from_le_bytes(word)).unwrap_or(usize::MAX)
}

/// The pairs encoding of `headers`.
#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    expect(dead_code, reason = "the host of wasm and that of the tests use it")
)]
pub(crate) fn encode(headers: &[(&str, &[u8])]) -> Vec<u8> {
    let length = |text: &[u8]| u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    let size = headers.iter().fold(WORD, |size, (name, value)| {
        let text = name.len().saturating_add(value.len());
        size.saturating_add(text).saturating_add(PAIR + 2)
    });
    let mut bytes = Vec::with_capacity(size);
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
