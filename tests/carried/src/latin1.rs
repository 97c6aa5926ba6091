//! Text of header values and bodies in which every byte is one character.

/// Bytes as characters of the same number (ISO 8859-1): no byte is lost or changed.
#[must_use]
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// The reverse of [`latin1`]; `None` if a character has no byte of its number.
#[must_use]
pub fn latin1_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}
