//! Session persistence: the requests of one session go to the backend, and there to the endpoint,
//! that its first request went to.
//!
//! What the client carries is a token: rule, backend, end of the session and endpoint, in hex. It is
//! not signed, and need not be: all that a client can choose with it is one of the rule's own
//! backends, and the proxy lets an endpoint be chosen only within that backend.

use std::net::{IpAddr, SocketAddr};

use gamma_config::{Rule, SessionPersistence, SessionType, wire};

use crate::{
    hash::hash,
    request::{Headers, Request},
};

/// How the sessions of a rule are carried.
#[derive(Debug)]
pub struct Session {
    name: Box<str>,
    kind: SessionType,
    path: Box<str>,
    permanent: bool,
    /// Seconds that a session lasts.
    pub(crate) timeout: Option<u64>,
    /// Tells the rule's tokens from those of others, also where they use the same cookie.
    rule: u64,
    /// What stands for each backend; it survives other orders and weights.
    backends: Box<[u64]>,
}

/// Where a session is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) backend: usize,
    pub(crate) endpoint: Option<SocketAddr>,
}

impl Session {
    /// `id` is that of the rule in its table. `None` if the session would be carried in a header that
    /// clients have no say in.
    pub(crate) fn new(config: &SessionPersistence, rule: &Rule, id: u64) -> Option<Box<Self>> {
        if config.kind == SessionType::Header && wire::is_owned(config.name.as_bytes()) {
            return None;
        }
        Some(Box::new(Self {
            name: match config.kind {
                SessionType::Cookie => config.name.as_str().into(),
                SessionType::Header => config.name.to_ascii_lowercase().into(),
            },
            kind: config.kind,
            path: config.path.as_str().into(),
            permanent: config.permanent,
            timeout: config
                .absolute_timeout
                .map(|timeout| timeout.as_millis().div_ceil(1_000)),
            rule: id,
            backends: rule
                .backend_refs
                .iter()
                .map(|backend| hash(&[backend.cluster.as_deref().unwrap_or_default()]))
                .collect(),
        }))
    }

    /// The session that `request` belongs to, if it has one that has not ended.
    pub(crate) fn find<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> Option<Pin> {
        match self.kind {
            SessionType::Header => request
                .headers
                .values(&self.name)
                .find_map(|token| self.pin(token, request.now)),
            // "must handle multiple cookies": of one name too, of which any may be meant.
            SessionType::Cookie => request
                .headers
                .values("cookie")
                .flat_map(|line| line.split(|&b| b == b';'))
                .filter_map(|pair| {
                    let pair = pair.trim_ascii().strip_prefix(self.name.as_bytes())?;
                    pair.strip_prefix(b"=")
                })
                .find_map(|token| self.pin(token, request.now)),
        }
    }

    #[inline]
    fn pin(&self, token: &[u8], now: u64) -> Option<Pin> {
        let mut bytes = unhex(token)?.into_iter();
        let mut number = |len: usize| {
            (0..len).try_fold(0_u64, |sum, _| Some((sum << 8) | u64::from(bytes.next()?)))
        };
        let (rule, backend) = (number(8)?, number(8)?);
        let end = number(8)?;
        if rule != self.rule || (end > 0 && end <= now) {
            return None;
        }
        let backend = self.backends.iter().position(|&hash| hash == backend)?;
        let rest: Vec<u8> = bytes.collect();
        let endpoint = match rest.as_slice() {
            [] => None,
            [ip @ .., high, low] => {
                let ip = <[u8; 4]>::try_from(ip)
                    .map(IpAddr::from)
                    .or_else(|_| <[u8; 16]>::try_from(ip).map(IpAddr::from));
                Some((ip.ok()?, u16::from_be_bytes([*high, *low])).into())
            }
            [_] => return None,
        };
        Some(Pin { backend, endpoint })
    }

    /// The response header, name and value, that begins a session: it is bound to `endpoint` of the
    /// rule's backend number `backend`, which answered. `now` is that of the request.
    #[must_use]
    pub fn begin(
        &self,
        backend: u32,
        endpoint: Option<SocketAddr>,
        now: u64,
        https: bool,
    ) -> (&str, String) {
        let end = self
            .timeout
            .map_or(0, |timeout| now.saturating_add(timeout));
        let hash = self.backends.get(backend as usize).copied().unwrap_or(0);
        let mut token = format!("{:016x}{hash:016x}{end:016x}", self.rule);
        if let Some(endpoint) = endpoint {
            match endpoint.ip() {
                IpAddr::V4(ip) => token.push_str(&format!("{:08x}", ip.to_bits())),
                IpAddr::V6(ip) => token.push_str(&format!("{:032x}", ip.to_bits())),
            }
            token.push_str(&format!("{:04x}", endpoint.port()));
        }
        if self.kind == SessionType::Header {
            return (&self.name, token);
        }
        let mut cookie = format!(
            "{}={token}; Path={}; HttpOnly; SameSite=Strict",
            self.name, self.path
        );
        // A browser would not send a Secure cookie back over http.
        if https {
            cookie.push_str("; Secure");
        }
        if let Some(timeout) = self.timeout.filter(|_| self.permanent) {
            cookie.push_str(&format!("; Max-Age={timeout}"));
        }
        ("set-cookie", cookie)
    }
}

/// At most as long as a token can be.
#[inline]
fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    const MAX: usize = 2 * (8 + 8 + 8 + 16 + 2);
    if text.len() > MAX {
        return None;
    }
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    pairs
        .iter()
        .map(|&[high, low]| u8::try_from((digit(high)? << 4) | digit(low)?).ok())
        .collect()
}

#[cfg(test)]
mod tests;
