//! A module behind an `https://` or `http://` URL.

use crate::{digest::Digest, error::LookUpError, http::HttpClient};

/// What Istio downloads at most.
const MOST_BYTES: u64 = 256 << 20;

/// What every WebAssembly module begins with: a zero byte, `asm`, and version 1.
const MAGIC: &[u8] = b"\0asm\x01\0\0\0";

/// Downloads the module: its digest.
pub(crate) fn module(http: &HttpClient, url: &str) -> Result<Digest, LookUpError> {
    let response = http.get(url, &[], MOST_BYTES);
    let response = response.map_err(|error| LookUpError::Unreachable {
        url: url.into(),
        why: error.why,
    })?;
    let response = response.found(url, false)?;
    if response.body.starts_with(MAGIC) {
        return Ok(Digest::of(&response.body));
    }
    let why = match &*response.content_type {
        "" => format!("{} bytes of something else", response.body.len()),
        content_type => format!("{} bytes of `{content_type}`", response.body.len()),
    };
    Err(LookUpError::NotWasm {
        url: url.into(),
        why,
    })
}
