//! Decodes bytes of a request or a response as text.

/// A character for each byte (ISO 8859-1).
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// Decodes UTF-8; bytes that are none become U+FFFD.
pub(super) fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
