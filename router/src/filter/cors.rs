//! CORS: which origins may read responses, and the answers to preflights.

use gamma_config::Cors as Config;

use crate::{
    authority::{HostPattern, port_number, split_port},
    decision::ResponseHeader,
    request::{Headers, Request},
};

const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";
const EXPOSE_HEADERS: &str = "access-control-expose-headers";
const ALLOW_METHODS: &str = "access-control-allow-methods";
const ALLOW_HEADERS: &str = "access-control-allow-headers";
const MAX_AGE: &str = "access-control-max-age";

#[derive(Debug)]
pub(crate) struct Cors {
    origins: Box<[Origin]>,
    credentials: bool,
    methods: AllowList,
    headers: AllowList,
    expose: AllowList,
    max_age: u32,
}

/// An entry of `allowOrigins`.
#[derive(Debug)]
enum Origin {
    Any,
    /// With the port that counts.
    Of {
        https: bool,
        host: HostPattern,
        port: u16,
    },
}

/// A list of names as it is sent, or `*`.
#[derive(Debug)]
enum AllowList {
    Any,
    Of(Box<str>),
}

impl Cors {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            origins: config
                .allow_origins
                .iter()
                .map(|origin| Origin::new(origin))
                .collect(),
            credentials: config.allow_credentials,
            methods: AllowList::new(&config.allow_methods),
            headers: AllowList::new(&config.allow_headers),
            expose: AllowList::new(&config.expose_headers),
            max_age: config.max_age,
        }
    }

    /// The headers that answer `request`, if it is a preflight. From an origin that is not allowed
    /// it gets none that would allow anything.
    pub(crate) fn preflight<H: Headers + ?Sized>(
        &self,
        request: &Request<'_, H>,
    ) -> Option<Vec<ResponseHeader>> {
        let wanted = announced_method(request)?;
        let mut headers = self.actual(request);
        if !headers.iter().any(|header| header.name == ALLOW_ORIGIN) {
            return Some(headers);
        }
        let mut set = |name, value: Option<&[u8]>| {
            headers.extend(value.map(|value| ResponseHeader::set(name, value)));
        };
        set(ALLOW_METHODS, self.list(&self.methods, Some(wanted)));
        let asked = request
            .headers
            .values("access-control-request-headers")
            .next();
        set(ALLOW_HEADERS, self.list(&self.headers, asked));
        let max_age = self.max_age.to_string();
        set(MAX_AGE, Some(max_age.as_bytes()));
        Some(headers)
    }

    /// The headers that the response to `request` gets.
    pub(crate) fn actual<H: Headers + ?Sized>(
        &self,
        request: &Request<'_, H>,
    ) -> Vec<ResponseHeader> {
        let mut headers = Vec::new();
        let any = self.origins.iter().any(|o| matches!(o, Origin::Any));
        // "With allowCredentials, `*` MUST NOT be returned": the origin is, and so answers differ.
        let constant = any && !self.credentials;
        if !constant {
            headers.push(ResponseHeader::append("vary", b"origin"));
        }
        let Some(origin) = request.headers.values("origin").next() else {
            return headers;
        };
        if !self.origins.iter().any(|allowed| allowed.allows(origin)) {
            return headers;
        }
        let value = if constant { b"*" } else { origin };
        headers.push(ResponseHeader::set(ALLOW_ORIGIN, value));
        if self.credentials {
            headers.push(ResponseHeader::set(ALLOW_CREDENTIALS, b"true"));
        }
        let expose = self.list(&self.expose, None);
        headers.extend(expose.map(|value| ResponseHeader::set(EXPOSE_HEADERS, value)));
        headers
    }

    /// The value of a header that lists names. `*` stands for all names only without credentials; with
    /// credentials, the names that the request asks for are listed instead.
    #[inline]
    fn list<'a>(&self, list: &'a AllowList, asked: Option<&'a [u8]>) -> Option<&'a [u8]> {
        match list {
            AllowList::Any if self.credentials => asked,
            AllowList::Any => Some(b"*"),
            AllowList::Of(names) => (!names.is_empty()).then_some(names.as_bytes()),
        }
    }
}

/// The method that a preflight asks for; `None` if `request` is none.
///
/// "A CORS-preflight request is a CORS request that checks to see if the CORS protocol is
/// understood. It uses `OPTIONS` as method and includes `Access-Control-Request-Method`." (Fetch)
pub(crate) fn announced_method<'a, H: Headers + ?Sized>(
    request: &Request<'a, H>,
) -> Option<&'a [u8]> {
    if request.method != b"OPTIONS" {
        return None;
    }
    request.headers.values("origin").next()?;
    request
        .headers
        .values("access-control-request-method")
        .next()
}

#[cfg(feature = "trace")]
impl Cors {
    /// Every header that a response can get, without values.
    pub(crate) fn every_header(&self) -> Vec<ResponseHeader> {
        let mut headers = vec![ResponseHeader::append("vary", b"")];
        let set = [
            ALLOW_ORIGIN,
            ALLOW_CREDENTIALS,
            EXPOSE_HEADERS,
            ALLOW_METHODS,
            ALLOW_HEADERS,
            MAX_AGE,
        ];
        headers.extend(set.map(|name| ResponseHeader::set(name, b"")));
        headers
    }
}

impl AllowList {
    fn new(names: &[String]) -> Self {
        if names.iter().any(|name| name == "*") {
            Self::Any
        } else {
            Self::Of(names.join(",").into())
        }
    }
}

impl Origin {
    /// `origin` is `*` or `scheme://host[:port]`: the config was validated.
    fn new(origin: &str) -> Self {
        let Some((https, host, port)) = parts(origin.as_bytes()) else {
            return Self::Any;
        };
        let host = String::from_utf8_lossy(host);
        Self::Of {
            https,
            port,
            host: HostPattern::new(&host),
        }
    }

    fn allows(&self, origin: &[u8]) -> bool {
        let Self::Of { https, host, port } = self else {
            return true;
        };
        let Some((their_https, their_host, their_port)) = parts(origin) else {
            return false;
        };
        host.matches(their_host) && *https == their_https && *port == their_port
    }
}

/// Whether https, host and port. "If the port is missing, the scheme's default port is assumed."
fn parts(origin: &[u8]) -> Option<(bool, &[u8], u16)> {
    let colon = origin.windows(3).position(|at| at == b"://")?;
    let (scheme, rest) = origin.split_at_checked(colon)?;
    let https = scheme.eq_ignore_ascii_case(b"https");
    if !https && !scheme.eq_ignore_ascii_case(b"http") {
        return None;
    }
    let (host, port) = split_port(rest.get(3..)?);
    let port = match port {
        Some(digits) => port_number(digits)?,
        None if https => 443,
        None => 80,
    };
    Some((https, host, port))
}

#[cfg(test)]
mod tests;
