//! Bodies of answers.

use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Bytes;

/// Whatever an answer has as its body.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// A body that is all there.
pub(super) fn full(bytes: Vec<u8>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed()
}
