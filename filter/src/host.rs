//! The host functions that the filter calls, as a trait that tests implement too.

use std::{net::SocketAddr, time::Duration};

use gamma_router::Answer;

/// A header map of the host, by its number in the ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum MapType {
    Request = 0,
    Response = 2,
    ResponseTrailers = 3,
    /// Of the answer to [`Host::call`].
    CallResponse = 6,
}

/// A call that the host did not carry out. The request must not go on as if it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HostError {
    /// Name of the host function.
    pub(crate) call: &'static str,
    /// `proxy_status_t`.
    pub(crate) status: u32,
}

/// The host functions that the filter uses, in bytes: a header value need not be UTF-8.
pub(crate) trait Host {
    /// All headers in the pairs encoding, see [`HeaderMap`](crate::header_map::HeaderMap).
    fn header_map(&self, map: MapType) -> Result<Vec<u8>, HostError>;
    /// Replaces all values of a header.
    fn set_header(&self, map: MapType, name: &[u8], value: &[u8]) -> Result<(), HostError>;
    /// Adds a value to a header.
    fn add_header(&self, map: MapType, name: &[u8], value: &[u8]) -> Result<(), HostError>;
    /// Removes all values of a header; no error if there are none.
    fn remove_header(&self, map: MapType, name: &[u8]) -> Result<(), HostError>;
    /// A property by its path, the parts separated by NUL; `None` if the host does not have it.
    fn property(&self, path: &str) -> Option<Vec<u8>>;
    /// Says something about the request to the proxy's access logs; a host that has no such thing
    /// does nothing.
    fn set_property(&self, path: &str, value: &[u8]);
    /// Answers the client. The caller stops the request.
    fn reply(&self, answer: &Answer<'_>) -> Result<(), HostError>;
    /// Lets a request go on that was stopped.
    fn resume(&self) -> Result<(), HostError>;
    /// Sends a request without body to `cluster`. The answer comes in a callback of its own.
    fn call(
        &self,
        cluster: &str,
        headers: &[(String, String)],
        timeout: Duration,
    ) -> Result<(), HostError>;
    /// The first bytes of the body of an answer to a call.
    fn call_body(&self, max: usize) -> Vec<u8>;
    /// Seconds since 1970.
    fn now(&self) -> u64;
    /// A counter; `None` if the host has none.
    fn define_counter(&self, name: &str) -> Option<u32>;
    /// Adds one.
    fn increment(&self, counter: u32);
}

/// A property that is an address, as `ip:port`.
pub(crate) fn address(host: &impl Host, property: &str) -> Option<SocketAddr> {
    std::str::from_utf8(&host.property(property)?)
        .ok()?
        .parse()
        .ok()
}
