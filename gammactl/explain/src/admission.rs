//! What Envoy does with a request before any filter sees it: it answers some requests itself, and gives
//! the others a path and headers of its own making.
//!
//! This is the Envoy 1.40 that `gammactl envoy` writes. A request is taken to be HTTP/1.1, and a gRPC call
//! HTTP/2. A live test sends random requests and compares.

mod headers;
mod refusal;

use headers::AdmittedHeaders;
pub use refusal::Refusal;

use crate::{
    normalize::{normalized_path, split_query},
    request::{HeaderLine, Simulated},
};

/// A request as the filter gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmittedRequest {
    /// The request. Envoy has added `x-forwarded-proto` and `x-request-id` where they were missing.
    pub request: Simulated,
    /// The headers that Envoy has added.
    pub(crate) added: Vec<HeaderLine>,
    /// Sentences about what Envoy has changed.
    pub(crate) notes: Vec<String>,
    /// The path without query, if Envoy has changed it.
    pub(crate) normalized_path: Option<String>,
}

impl AdmittedRequest {
    /// What Envoy has changed, in sentences.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// What the filter gets of a client's `request`.
///
/// # Errors
///
/// The answer that Envoy gives instead.
pub fn admit(request: &Simulated) -> Result<AdmittedRequest, Refusal> {
    refusal::of_request(request)?;
    let mut admitted = request.clone();
    let mut notes = Vec::new();
    let (path, query) = split_query(&request.line.path);
    let normalized_path = normalized_path(path);
    if let Some(normal) = &normalized_path {
        notes.push(format!(
            "Envoy makes the path `{normal}` of `{path}` before a rule is looked for"
        ));
        admitted.line.path = format!("{normal}{query}");
    }
    let AdmittedHeaders {
        sent,
        added,
        scheme,
        notes: of_headers,
    } = AdmittedHeaders::of(request);
    notes.extend(of_headers);
    admitted.headers = sent;
    admitted.headers.extend(added.iter().cloned());
    admitted.line.scheme = scheme;
    Ok(AdmittedRequest {
        request: admitted,
        added,
        notes,
        normalized_path,
    })
}

#[cfg(test)]
mod tests;
