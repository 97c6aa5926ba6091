//! Requests over https, or http where a server has no TLS.

use std::{io, sync::Arc, time::Duration};

use ureq::{
    Agent,
    http::{Method, Request},
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

use crate::error::LookUpError;

/// As long as Istio's agent waits for a download.
pub(crate) const AS_ISTIO: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests with this machine's certificates and proxy settings.
pub(crate) struct HttpClient(Agent);

/// What came back, whatever its status.
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    /// Without its parameters; empty if there is none.
    pub(crate) content_type: String,
    pub(crate) authenticate: Vec<String>,
    /// Where to go on, if the server says so.
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Why nothing came back.
pub(crate) struct NoResponse {
    pub(crate) why: String,
    /// Whether somebody answered, but not in TLS.
    pub(crate) speaks_no_tls: bool,
    /// Whether there was a connection, and nothing on it about TLS, not even a certificate that is wrong.
    pub(crate) broke_off: bool,
}

impl HttpClient {
    /// A client that waits as long as `timeout` for the whole of an answer.
    pub(crate) fn new(timeout: Duration) -> Self {
        // What can't be read is missed when a certificate is checked, and named there.
        let roots: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(timeout))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .user_agent("gammactl")
            .tls_config(tls)
            .build();
        Self(agent.into())
    }

    /// Asks for `url`; reads at most `limit` bytes. On the way of a redirect to another host, an
    /// `Authorization` header is left out.
    pub(crate) fn get(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        limit: u64,
    ) -> Result<HttpResponse, NoResponse> {
        self.send(Method::GET, url, headers, &[], limit)
    }

    /// Sends a request, with `body` if it is one that has a body; reads at most `limit` bytes.
    pub(crate) fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        limit: u64,
    ) -> Result<HttpResponse, NoResponse> {
        let mut request = Request::builder().method(&method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match method {
            Method::POST | Method::PUT => request.body(body).map(|request| self.0.run(request)),
            _ => request.body(()).map(|request| self.0.run(request)),
        };
        let mut response = answer.map_err(ureq::Error::from)??;
        let all = |name: &str| {
            let values = response.headers().get_all(name).iter();
            let texts = values.filter_map(|value| value.to_str().ok());
            texts.map(str::to_owned).collect::<Vec<String>>()
        };
        let content_type = all("content-type").into_iter().next().unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim();
        Ok(HttpResponse {
            status: response.status().as_u16(),
            content_type: content_type.into(),
            authenticate: all("www-authenticate"),
            location: all("location").into_iter().next(),
            body: response
                .body_mut()
                .with_config()
                .limit(limit)
                .read_to_vec()
                .map_err(NoResponse::from)?,
        })
    }
}

impl From<ureq::Error> for NoResponse {
    fn from(error: ureq::Error) -> Self {
        let tls = match &error {
            ureq::Error::Rustls(error) => Some(error),
            ureq::Error::Io(error) => error.get_ref().and_then(|inner| inner.downcast_ref()),
            _ => None,
        };
        let connected = match &error {
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => false,
            ureq::Error::Io(error) => error.kind() != io::ErrorKind::ConnectionRefused,
            _ => true,
        };
        Self {
            speaks_no_tls: matches!(tls, Some(rustls::Error::InvalidMessage(_))),
            broke_off: connected && tls.is_none(),
            why: error.to_string(),
        }
    }
}

impl HttpResponse {
    /// The response, if it is one with what was asked for.
    pub(crate) fn found(self, url: &str, with_credentials: bool) -> Result<Self, LookUpError> {
        let url = url.to_owned();
        match self.status {
            200..=202 => Ok(self),
            401 | 403 => Err(LookUpError::Denied {
                url,
                why: self.said(),
                with_credentials,
            }),
            404 => Err(LookUpError::Absent { url }),
            _ => Err(LookUpError::Unreachable {
                url,
                why: self.said(),
            }),
        }
    }

    /// The status and the message of a registry's error, if there is one.
    fn said(&self) -> String {
        let json: Option<serde_json::Value> = serde_json::from_slice(&self.body).ok();
        let message = json.as_ref().and_then(|json| {
            let message = json.pointer("/errors/0/message").or(json.get("details"));
            message?.as_str()
        });
        match message {
            None => format!("HTTP status {}", self.status),
            Some(message) => {
                let printable = message.chars().filter(|c| !c.is_control());
                let message: String = printable.take(200).collect();
                format!("HTTP status {}, {message}", self.status)
            }
        }
    }
}

/// Whether this host and port is on this machine, where nobody listens in.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_this_machine() {
        for here in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "[::1]:80",
            "127.0.0.2",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "localhost.example.com",
            "127.0.0.1.example.com",
            "10.0.0.1:5000",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }
}
