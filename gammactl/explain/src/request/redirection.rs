//! The options `--resolve` and `--connect-to` of curl, which connect to another host than that of the
//! URL.

use std::net::{IpAddr, SocketAddr};

use super::target::{RequestTarget, port_number};

/// `--resolve` or `--connect-to`: where connections to a host and port go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redirection {
    /// `None` for every host.
    pub(super) host: Option<String>,
    /// `None` for every port.
    pub(super) port: Option<u16>,
    pub(super) to: IpAddr,
    /// `None` for the port of the URL.
    pub(super) to_port: Option<u16>,
}

/// Where a connection for `target` goes by `--resolve` and `--connect-to`.
pub(super) fn redirected(
    redirections: &[Redirection],
    target: &RequestTarget,
) -> Option<SocketAddr> {
    let authority = target.authority.as_deref()?;
    let after_brackets = authority.rfind(']').map_or(0, |at| at + 1);
    let colon = authority[after_brackets..].find(':');
    let (host, port) = authority.split_at(colon.map_or(authority.len(), |at| at + after_brackets));
    let default = if target.scheme == "https" { 443 } else { 80 };
    let port = match port.trim_start_matches(':') {
        "" => default,
        port => port_number(port)?,
    };
    let host = host.trim_matches(['[', ']']);
    redirections
        .iter()
        .find(|redirection| {
            let wanted = redirection.host.as_deref();
            wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(host))
                && redirection.port.is_none_or(|wanted| wanted == port)
        })
        .map(|found| SocketAddr::new(found.to, found.to_port.unwrap_or(port)))
}

/// `[+]HOST:PORT:ADDRESS[,ADDRESS]…`. `None` for an entry that is removed.
pub(super) fn resolve(text: &str) -> Result<Option<Redirection>, String> {
    let invalid = || format!("`{text}` is not HOST:PORT:ADDRESS, as in cart:80:10.0.0.1");
    if text.starts_with('-') {
        return Ok(None);
    }
    let entry = text.trim_start_matches('+');
    let mut parts = entry.splitn(3, ':');
    let (Some(host), Some(port), Some(addresses)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(invalid());
    };
    let first = addresses.split(',').next().unwrap_or_default();
    Ok(Some(Redirection {
        host: (host != "*").then(|| host.into()),
        port: Some(port_number(port).ok_or_else(invalid)?),
        to: first
            .trim_matches(['[', ']'])
            .parse()
            .map_err(|_| invalid())?,
        to_port: None,
    }))
}

/// `HOST1:PORT1:HOST2:PORT2`, each of which may be empty. `None` where the address is that of a name.
pub(super) fn connect_to(text: &str) -> Result<Option<Redirection>, String> {
    let invalid = || format!("`{text}` is not HOST1:PORT1:HOST2:PORT2");
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = text;
    loop {
        let from = if rest.starts_with('[') {
            rest.find(']').unwrap_or(0)
        } else {
            0
        };
        let Some(colon) = rest[from..].find(':') else {
            break parts.push(rest);
        };
        parts.push(&rest[..from + colon]);
        rest = &rest[from + colon + 1..];
    }
    let [host, port, to, to_port] = parts[..] else {
        return Err(invalid());
    };
    let number = |port: &str| match port {
        "" => Ok(None),
        port => port_number(port).map(Some).ok_or_else(invalid),
    };
    let bare = |host: &str| host.trim_matches(['[', ']']).to_owned();
    let (port, to_port) = (number(port)?, number(to_port)?);
    Ok(bare(to).parse::<IpAddr>().ok().map(|to| Redirection {
        host: (!host.is_empty()).then(|| bare(host)),
        port,
        to,
        to_port,
    }))
}
