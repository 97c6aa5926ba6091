//! How much is read at most. A link holds what somebody else wrote, and the page must not hang or eat memory for it.
//!
//! Depth is bounded by those who read: manifests by gamma-manifest, JSON by serde_json.

/// Bytes of all files together. 10,000 rules have some 4 million.
pub(crate) const FILE_BYTES: usize = 16 << 20;
/// Files.
pub(crate) const FILES: usize = 2_000;
/// Bytes of a request with its headers, as the page sends it.
pub(crate) const REQUEST_BYTES: usize = 256 << 10;
/// Matches that are shown of those that were tried for a request, where there are more: as many as one looks at.
pub(crate) const CANDIDATES: usize = 200;
/// Bytes of a log, of a HAR file or of commands that are pasted.
pub(crate) const PASTED_BYTES: usize = 16 << 20;
/// Requests that are taken out of them.
pub(crate) const REQUESTS: usize = 10_000;
