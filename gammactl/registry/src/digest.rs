//! SHA-256 digests, as registries write them.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes; displayed as `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let digits = Sha256::digest(bytes);
        Self(digits.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// From 64 hexadecimal digits in lower case, with or without `sha256:` in front.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:").unwrap_or(text);
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (hex.len() == 64 && hex.bytes().all(is_digit)).then(|| Self(hex.into()))
    }

    /// The 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}
