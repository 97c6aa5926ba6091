//! The fields of a WasmPlugin that the user chooses.

use std::str::FromStr;

/// Where the module is, and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `oci://`, `http://`, `https://` or `file://`. What was written without a scheme has got `oci://`:
    /// so Istio means it, but of `registry.example.com:5000/…` it would take the host for a scheme.
    pub url: String,
    /// 64 hexadecimal digits. Of an OCI image, the digest of its manifest, not of the module in it.
    pub sha256: Option<String>,
}

/// Why an image can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidImage {
    /// Not a URL that Istio would download from.
    #[error("`{0}` is no URL of an image: write oci://, https://, http:// or file://")]
    Scheme(String),
    /// A scheme alone.
    #[error("`{0}` names nothing behind its scheme")]
    Empty(String),
    /// White space or the like.
    #[error("`{0}` has characters that a URL can't have")]
    Character(String),
    /// Not a SHA-256.
    #[error("`{0}` is no SHA-256: those are 64 hexadecimal digits, in lower case")]
    Hash(String),
}

impl FromStr for Image {
    type Err = InvalidImage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(InvalidImage::Character(text.into()));
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme @ ("oci" | "http" | "https" | "file"), rest)) => (scheme, rest),
            Some(_) => return Err(InvalidImage::Scheme(text.into())),
            None => ("oci", text),
        };
        if rest.is_empty() {
            return Err(InvalidImage::Empty(text.into()));
        }
        Ok(Self {
            url: format!("{scheme}://{rest}"),
            sha256: None,
        })
    }
}

impl Image {
    /// With a hash by which Istio checks what it downloaded.
    ///
    /// # Errors
    ///
    /// `sha256` is no SHA-256.
    pub fn checked_by(mut self, sha256: &str) -> Result<Self, InvalidImage> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if sha256.len() != 64 || !sha256.bytes().all(hex) {
            return Err(InvalidImage::Hash(sha256.into()));
        }
        self.sha256 = Some(sha256.into());
        Ok(self)
    }

    /// Whether what is behind the URL is the module itself, so that its hash is that of the file.
    #[must_use]
    pub fn is_module(&self) -> bool {
        self.url.starts_with("http://") || self.url.starts_with("https://")
    }
}

/// `imagePullPolicy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullPolicy {
    /// Once for each node's proxy and tag.
    IfNotPresent,
    /// Whenever the plugin changes.
    Always,
}

/// `phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Just before the router, after Istio's own filters.
    #[default]
    Unspecified,
    /// Before Istio's authentication filters.
    Authn,
    /// Before Istio's authorization filters, after those of authentication.
    Authz,
    /// Before Istio's statistics, after those of authorization.
    Stats,
}

/// `failStrategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailStrategy {
    /// Requests are answered 503 until there is a new VM, which is made at once. Not in the older
    /// versions of Istio.
    #[default]
    Reload,
    /// Requests are answered 503 until the plugin changes.
    Close,
    /// Requests pass, and Istio's own routes serve them.
    Open,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_hashes_are_checked() {
        let written = |text: &str| text.parse::<Image>().unwrap().url;
        for good in [
            "oci://registry.example.com/gamma-filter:0.1.0",
            "https://example.com/gamma-filter.wasm",
            "file:///opt/gamma-filter.wasm",
        ] {
            assert_eq!(written(good), good);
        }
        for good in [
            "registry.example.com:5000/gamma-filter:1",
            "me/gamma-filter",
        ] {
            assert_eq!(written(good), format!("oci://{good}"));
        }
        for bad in ["", "oci://", "s3://bucket/x", "oci://a b", "https://a\n"] {
            assert!(bad.parse::<Image>().is_err(), "{bad:?}");
        }
        let image: Image = "https://example.com/f.wasm".parse().unwrap();
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(
            image.clone().checked_by(&hash).unwrap().sha256.as_deref(),
            Some(&*hash)
        );
        for bad in ["", "abc", &hash.to_uppercase(), &hash[1..]] {
            assert!(image.clone().checked_by(bad).is_err(), "{bad}");
        }
    }
}
