//! A request as the router reads it: its line, its headers, where and when it came.

use std::net::SocketAddr;

/// A request as the client sent it, in bytes: nothing here is trusted to be UTF-8.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a, H: ?Sized> {
    /// Method, as in `GET`.
    pub method: &'a [u8],
    /// `http` or `https`; anything else is taken for `http`.
    pub scheme: &'a [u8],
    /// Host with or without port.
    pub authority: &'a [u8],
    /// Path with query.
    pub path: &'a [u8],
    /// Where the client's connection was addressed to, if the host knows.
    pub destination: Option<SocketAddr>,
    /// Seconds since 1970; 0 will do unless [`needs_time`](crate::Router::needs_time).
    pub now: u64,
    /// Headers.
    pub headers: &'a H,
}

/// Read access to headers.
pub trait Headers {
    /// The values of the header `name` (in lower case), in order.
    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]>;
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |(n, _)| n.as_ref().eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_ref())
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>, const LEN: usize> Headers for [(N, V); LEN] {
    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values(name)
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values(name)
    }
}

impl<'a, H: ?Sized> Request<'a, H> {
    /// The same with another method.
    pub(crate) fn with_method(&self, method: &'a [u8]) -> Self {
        Self {
            method,
            scheme: self.scheme,
            authority: self.authority,
            path: self.path,
            destination: self.destination,
            now: self.now,
            headers: self.headers,
        }
    }

    /// The path without the query.
    #[inline]
    pub(crate) fn path_only(&self) -> &[u8] {
        split_query(self.path).0
    }

    /// The query without `?`.
    #[inline]
    pub(crate) fn query(&self) -> &[u8] {
        split_query(self.path).1.unwrap_or_default()
    }

    #[inline]
    pub(crate) fn is_https(&self) -> bool {
        self.scheme.eq_ignore_ascii_case(b"https")
    }
}

/// Splits `/path?query` at the first `?`.
#[inline]
pub(crate) fn split_query(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut parts = path.splitn(2, |&b| b == b'?');
    (parts.next().unwrap_or_default(), parts.next())
}

/// Whether `content_type` is that of a gRPC request: `application/grpc`, `application/grpc+proto`,
/// but not `application/grpc-web`, whose clients speak plain HTTP.
#[must_use]
pub fn is_grpc(content_type: &[u8]) -> bool {
    content_type
        .strip_prefix(b"application/grpc")
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_in_order_and_in_any_case() {
        let pairs = [("a", "1"), ("b", "2"), ("A", "3")];
        let of_slice: Vec<&[u8]> = pairs[..].values("a").collect();
        assert_eq!(of_slice, [b"1", b"3"]);
        let of_array: Vec<&[u8]> = pairs.values("a").collect();
        assert_eq!(of_array, of_slice);
        let pairs = Vec::from(pairs);
        let of_vec: Vec<&[u8]> = pairs.values("a").collect();
        assert_eq!(of_vec, of_slice);
    }

    #[test]
    fn grpc_is_known_by_its_content_type() {
        let table = [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;charset=utf-8", true),
            ("application/grpc-web", false),
            ("application/grpcs", false),
            ("application/json", false),
            ("", false),
        ];
        for (content_type, expected) in table {
            assert_eq!(is_grpc(content_type.as_bytes()), expected, "{content_type}");
        }
    }
}
