//! Reads the addresses of EndpointSlices. An API server refuses a slice with a bad one; here it costs
//! the endpoint.

use std::net::{IpAddr, Ipv6Addr};

use super::{cx::Cx, text};
use crate::{
    AddressType, EndpointAddress,
    diagnostic::{Diagnostic, codes},
    source::Spanned,
    yaml::Field,
};

/// What a bad address means.
pub(super) const LEFT_OUT: &str =
    "the API server refuses the slice; here the endpoint is left out and the others are served";

/// What an address means that an API server takes, and that nobody can dial.
const NOBODY_THERE: &str =
    "no connection can be made to it, so the endpoint is left out; the others are served";

/// Why an address can't be used, and the way out.
struct AddressFault {
    is: String,
    why: &'static str,
    hint: String,
}

fn fault(is: impl Into<String>, hint: impl Into<String>) -> AddressFault {
    AddressFault {
        is: is.into(),
        why: LEFT_OUT,
        hint: hint.into(),
    }
}

/// An address that Envoy takes.
pub(super) fn address(
    field: &Field<'_>,
    of: AddressType,
    cx: &mut Cx<'_>,
) -> Option<Spanned<EndpointAddress>> {
    let text = field.string(cx)?;
    let address = match of {
        AddressType::Ipv4 | AddressType::Ipv6 => ip(&text.value, of).map(EndpointAddress::Ip),
        AddressType::Fqdn => name(&text.value),
    };
    match address {
        Ok(address) => {
            canonical(&text, &address, cx);
            Some(field.spanned(address))
        }
        Err(AddressFault { is, why, hint }) => {
            let message = format!("`{}` {is}: {:?}", field.path, text.value);
            cx.diagnostics.push(
                Diagnostic::new(&codes::BAD_ADDRESS, text.span, message)
                    .why(why)
                    .hint(hint),
            );
            None
        }
    }
}

/// "must be in canonical form", which is that of RFC 5952.
fn canonical(text: &Spanned<String>, address: &EndpointAddress, cx: &mut Cx<'_>) {
    let written = address.to_string();
    if written != text.value {
        let message = format!("{:?} is not how IPv6 addresses are written", text.value);
        cx.diagnostics.push(
            Diagnostic::new(&codes::UNTAKEN_ADDRESS, text.span, message)
                .why("the API server refuses the slice; here the endpoint is served")
                .hint(format!("write it as {written}")),
        );
    }
}

/// An address of a slice that has addresses, as `ValidateEndpointSlice` has them.
fn ip(text: &str, of: AddressType) -> Result<IpAddr, AddressFault> {
    let wanted = of.as_str();
    let Ok(ip) = text.parse::<IpAddr>() else {
        return Err(fault(
            format!("is no {wanted} address"),
            spelling(text, wanted),
        ));
    };
    let mapped = match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped(),
        IpAddr::V4(_) => None,
    };
    if let Some(v4) = mapped {
        // "must not be an IPv4-mapped IPv6 address"
        return Err(fault(
            "is an IPv4 address mapped to IPv6",
            format!("write {v4}, in a slice with `addressType: IPv4`"),
        ));
    }
    match ip {
        IpAddr::V6(_) if of == AddressType::Ipv4 => Err(other_family("IPv6", wanted)),
        IpAddr::V4(_) if of == AddressType::Ipv6 => Err(other_family("IPv4", wanted)),
        _ => dialable(ip),
    }
}

fn other_family(family: &str, wanted: &str) -> AddressFault {
    fault(
        format!("is of {family}, in a slice of {wanted}"),
        format!("put it into a slice of its own, with `addressType: {family}`"),
    )
}

/// An address that a connection can be made to, as `ValidateEndpointIP` has it. That one of this machine
/// is none that an API server takes is said elsewhere: on one machine it serves.
fn dialable(ip: IpAddr) -> Result<IpAddr, AddressFault> {
    let (link_local, link_local_multicast) = match ip {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets().starts_with(&[224, 0, 0])),
        IpAddr::V6(v6) => (
            v6.is_unicast_link_local(),
            v6.segments()[0] & 0xff0f == 0xff02,
        ),
    };
    if link_local {
        // "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
        let hint = "write an address that every node reaches";
        return Err(fault("is in the link-local range", hint));
    }
    // "may not be unspecified", "may not be in the link-local multicast range"
    let refused = ip.is_unspecified() || link_local_multicast;
    somewhere(ip).map_err(|fault| AddressFault {
        why: if refused { LEFT_OUT } else { NOBODY_THERE },
        ..fault
    })
}

/// An address of somebody.
fn somewhere(ip: IpAddr) -> Result<IpAddr, AddressFault> {
    let is = if ip.is_unspecified() {
        "is the unspecified address"
    } else if ip.is_multicast() {
        "is a multicast address"
    } else {
        return Ok(ip);
    };
    Err(AddressFault {
        why: NOBODY_THERE,
        ..fault(is, "write the address of the pod")
    })
}

/// A name of a slice that has names, as `IsFullyQualifiedDomainName` has them.
fn name(text: &str) -> Result<EndpointAddress, AddressFault> {
    match text.parse() {
        // To the API server, four numbers are a name; to everybody else, an address.
        Ok(ip @ IpAddr::V4(_)) => return somewhere(ip).map(EndpointAddress::Ip),
        Ok(IpAddr::V6(_)) => return Err(other_family("IPv6", "FQDN")),
        Err(_) => {}
    }
    let bare = text.strip_suffix('.').unwrap_or(text);
    if !text::is_subdomain(bare) || bare.split('.').any(|label| label.len() > 63) {
        let lower = text.to_ascii_lowercase();
        let hint = if text.contains("://") || text.contains('/') {
            "leave scheme and path out: a host name alone".into()
        } else if text.contains(':') {
            "leave the port out: it is in `ports`".into()
        } else if text.contains('*') {
            "name one host: no wildcard can be dialled".into()
        } else if lower != text && text::is_subdomain(lower.trim_end_matches('.')) {
            format!("write it in lower case: {lower}")
        } else {
            "write a host name with its domain, like api.example.com".into()
        };
        return Err(fault("is no host name", hint));
    }
    if !bare.contains('.') {
        // "should be a domain with at least two segments separated by dots"
        return Err(fault(
            "is a host name without its domain",
            "write it in full, like api.example.com",
        ));
    }
    Ok(EndpointAddress::Name(text.into()))
}

/// How to spell what is no address.
fn spelling(text: &str, wanted: &str) -> String {
    let is_ip = |text: &str| text.parse::<IpAddr>().is_ok();
    let without_zeros = || {
        let octets = text.split('.').map(|octet| {
            let digits = octet.trim_start_matches('0');
            if digits.is_empty() { "0" } else { digits }
        });
        octets.collect::<Vec<_>>().join(".")
    };
    let trimmed = text.trim();
    if text.is_empty() {
        "write an address, or remove the endpoint".into()
    } else if trimmed != text && is_ip(trimmed) {
        format!("leave the space out: {trimmed}")
    } else if let Some((ip, _)) = text.split_once('/').filter(|(ip, _)| is_ip(ip)) {
        format!("leave the prefix length out: one endpoint is one address, like {ip}")
    } else if let Some((ip, _)) = text.split_once('%').filter(|(ip, _)| is_ip(ip)) {
        format!("leave the zone out: {ip}")
    } else if text.starts_with('[') {
        "leave the brackets out, and the port: it is in `ports`".into()
    } else if let Ok(socket) = text.parse::<std::net::SocketAddr>() {
        format!("leave the port out, it is in `ports`: {}", socket.ip())
    } else if text.starts_with(|c: char| c.is_ascii_digit()) && is_ip(&without_zeros()) {
        // "must not have leading 0s": some read such octets as octal.
        format!("leave leading zeros out: {}", without_zeros())
    } else if text.contains(|c: char| c.is_ascii_alphabetic()) && text::is_subdomain(text) {
        "a host name belongs into a slice of its own, with `addressType: FQDN`".into()
    } else {
        match wanted {
            "IPv4" => "write four numbers from 0 to 255, like 10.0.0.7".into(),
            _ => format!(
                "write it like {}",
                Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 7)
            ),
        }
    }
}
