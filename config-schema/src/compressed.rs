//! A route config in less space: `{"gzip": "…"}` has the config's JSON, compressed and in base64.
//!
//! Kubernetes stores 1.5 MiB an object at most, and Istio sends a plugin configuration to every sidecar
//! whenever it changes; the JSON of many routes is 20 times smaller when compressed. What is in there is
//! bounded before any memory is taken for it: by the size that the trailer announces, and by what so few
//! bytes can hold.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    config::Config,
    describe::describe_object,
    error::Error,
    from_base64::from_base64,
    gzip::{InvalidCompression, MAX_INFLATED, gunzip, gzip},
    json,
    refusal::refused,
};

describe_object! {
    /// CompressedConfig: a config in less space.
    pub struct CompressedConfig {
        /// The JSON of the config, as `gzip -9 | base64 -w0` writes it.
        required "gzip" => gzip: String,
    }
}

/// `config` in the compressed form. The same config gives the same bytes.
///
/// # Errors
///
/// Those of `serde_json`, which a config does not meet.
pub fn compress(config: &Config) -> Result<CompressedConfig, serde_json::Error> {
    Ok(compress_json(&serde_json::to_vec(config)?))
}

/// The [compressed](compress) form of a config that is written already.
#[must_use]
pub fn compress_json(json: &[u8]) -> CompressedConfig {
    let gzip = STANDARD.encode(gzip(json));
    CompressedConfig { gzip }
}

/// The JSON of a config, whichever form it has.
pub(crate) fn plain(configuration: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if configuration.len() > MAX_INFLATED {
        return Err(Error::TooLarge);
    }
    if !is_compressed(configuration) {
        return Ok(Cow::Borrowed(configuration));
    }
    let CompressedConfig { gzip } = json::parse(configuration)
        .map_err(|error| refused(configuration, 0, configuration, &error))?;
    let bytes = from_base64(&gzip).ok_or(InvalidCompression::Base64)?;
    Ok(Cow::Owned(gunzip(&bytes)?))
}

/// Whether the first member of the object is `gzip`. Where it is another one, `gzip` is an unknown field.
fn is_compressed(configuration: &[u8]) -> bool {
    let inside = configuration.trim_ascii_start().strip_prefix(b"{");
    inside.is_some_and(|inside| inside.trim_ascii_start().starts_with(br#""gzip""#))
}

#[cfg(test)]
mod tests;
