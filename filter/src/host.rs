//! The host functions that the filter calls, as a trait that tests implement too.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

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

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, status } = self;
        write!(f, "{call} failed with status {status}")
    }
}

impl HostError {
    /// The status of a function that the host has by name only.
    pub(crate) const UNIMPLEMENTED: u32 = 12;

    /// A header map that is not whole is as good as none. `PARSE_FAILURE` is what the ABI calls it.
    pub(crate) const BROKEN_MAP: Self = Self {
        call: "proxy_get_header_map_pairs",
        status: 4,
    };
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
    /// Sends a request without body to `cluster`. The answer comes in a callback of its own, with the number that
    /// is returned.
    fn call(
        &self,
        cluster: &str,
        headers: &[(String, String)],
        timeout: Duration,
    ) -> Result<u32, HostError>;
    /// The first bytes of the body of an answer to a call.
    fn call_body(&self, max: usize) -> Vec<u8>;
    /// Seconds since 1970; 0 if the host has no clock.
    fn now(&self) -> u64 {
        self.nanoseconds() / 1_000_000_000
    }
    /// The same as finely as the host can tell.
    fn nanoseconds(&self) -> u64;
    /// A counter; `None` if the host has none.
    fn define_counter(&self, name: &str) -> Option<u32>;
    /// Adds one.
    fn increment(&self, counter: u32);
}

/// Where a host keeps an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddressProperty {
    /// `ip:port`, or the IP alone.
    address: &'static str,
    /// The port, if the IP stands alone.
    port: &'static str,
}

/// The address that the client's connection was for.
pub(crate) const DESTINATION: AddressProperty = AddressProperty {
    address: "destination\0address",
    port: "destination\0port",
};
/// The same in nginx.
pub(crate) const NGINX_SERVER: AddressProperty = AddressProperty {
    address: "ngx\0server_addr",
    port: "ngx\0server_port",
};
/// The endpoint that answered.
pub(crate) const UPSTREAM: AddressProperty = AddressProperty {
    address: "upstream\0address",
    port: "upstream\0port",
};

/// An address that the host knows.
pub(crate) fn address(host: &impl Host, property: AddressProperty) -> Option<SocketAddr> {
    let text = host.property(property.address)?;
    let text = std::str::from_utf8(&text).ok()?;
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let ip: IpAddr = text.parse().ok()?;
    Some((ip, port(&host.property(property.port)?)?).into())
}

/// As digits, or as the `int64` that Envoy's attributes are.
fn port(bytes: &[u8]) -> Option<u16> {
    if let Ok(number) = bytes.try_into().map(i64::from_le_bytes) {
        return u16::try_from(number).ok();
    }
    std::str::from_utf8(bytes).ok()?.parse().ok()
}
