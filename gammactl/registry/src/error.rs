//! Why a module that Istio is to download is not what it has to be.

use crate::digest::Digest;

/// Why a module can't be used, or can't be looked up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookUpError {
    /// An `oci://` URL that names no image.
    #[error("`{url}` names no image: {why}")]
    Reference {
        /// As it was written.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No answer, or none that is of use.
    #[error("`{url}` gives no answer: {why}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// What went wrong.
        why: String,
    },
    /// Only those may read it who say who they are.
    #[error("`{url}` may not be read: {why}")]
    Denied {
        /// What was asked.
        url: String,
        /// What the registry or server said.
        why: String,
        /// Whether credentials were sent.
        with_credentials: bool,
    },
    /// There is no such image, tag or file.
    #[error("`{url}` does not exist")]
    Absent {
        /// What was asked.
        url: String,
    },
    /// An image that Istio would take no module out of.
    #[error("`{image}` is no image that Istio takes a module from: {why}")]
    Shape {
        /// The image's URL.
        image: String,
        /// What it has instead.
        why: String,
    },
    /// An image index without an image for linux/amd64.
    #[error("`{image}` is an image index without linux/amd64: it has {platforms}")]
    Platform {
        /// The image's URL.
        image: String,
        /// The platforms that the index has.
        platforms: String,
    },
    /// Something else is there than what was asked for.
    #[error("`{url}` has the digest {found}, not {expected}")]
    Digest {
        /// The URL of the image or the module.
        url: String,
        /// What was asked for.
        expected: Digest,
        /// What is there.
        found: Digest,
        /// The digest of the index that the image is part of, if it is.
        index: Option<Digest>,
    },
    /// A file that is no module.
    #[error("`{url}` is no WebAssembly module: {why}")]
    NotWasm {
        /// The URL of the file.
        url: String,
        /// What is there instead.
        why: String,
    },
}
