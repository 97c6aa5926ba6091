//! A repository of a registry, by the OCI distribution protocol.

use ureq::http::Method;

use crate::{
    challenge::Challenge,
    digest::Digest,
    docker_config::DockerConfig,
    error::LookUpError,
    http::{HttpClient, HttpResponse, NoResponse, is_loopback},
    reference::ImageReference,
};

pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Registries refuse manifests of more than 4 MiB.
const MOST_BYTES: u64 = 4 << 20;

/// The repository of one image.
pub(crate) struct Repository<'a> {
    http: &'a HttpClient,
    credentials: &'a DockerConfig,
    reference: &'a ImageReference,
    /// `https://`, or `http://` once it is known that there is no TLS.
    scheme: &'static str,
    /// The `Authorization` header that the registry has asked for.
    authorization: Option<String>,
    with_credentials: bool,
}

/// A manifest as it is in the registry.
pub(crate) struct StoredManifest {
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) json: serde_json::Value,
    pub(crate) bytes: Vec<u8>,
}

impl<'a> Repository<'a> {
    pub(crate) fn new(
        http: &'a HttpClient,
        credentials: &'a DockerConfig,
        reference: &'a ImageReference,
    ) -> Self {
        Self {
            http,
            credentials,
            reference,
            scheme: "https://",
            authorization: None,
            with_credentials: false,
        }
    }

    /// The manifest or index with this tag or digest.
    pub(crate) fn manifest(&mut self, wanted: &str) -> Result<StoredManifest, LookUpError> {
        let accept = [DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX].join(", ");
        let path = self.path(&format!("manifests/{wanted}"));
        let headers = [("Accept", &*accept)];
        let response = self.send(Method::GET, &path, &headers, &[], MOST_BYTES)?;
        let url = format!("{}{path}", self.scheme);
        let response = response.found(&url, self.with_credentials)?;
        let json: serde_json::Value = serde_json::from_slice(&response.body).map_err(|_| {
            let why = "what it sends is no manifest".into();
            LookUpError::Unreachable {
                url: url.clone(),
                why,
            }
        })?;
        let written = json.get("mediaType").and_then(|value| value.as_str());
        let known = [DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX];
        let media_type = match written {
            Some(written) if !known.contains(&&*response.content_type) => written.to_owned(),
            _ => response.content_type,
        };
        let digest = Digest::of(&response.body);
        match Digest::parse(wanted).filter(|_| wanted.contains(':')) {
            Some(expected) if expected != digest => Err(LookUpError::Digest {
                url,
                expected,
                found: digest,
                index: None,
            }),
            _ => Ok(StoredManifest {
                media_type,
                digest,
                json,
                bytes: response.body,
            }),
        }
    }

    /// Something in this repository, without a scheme.
    pub(crate) fn path(&self, inside: &str) -> String {
        let ImageReference {
            registry,
            repository,
            ..
        } = self.reference;
        format!("{registry}/v2/{repository}/{inside}")
    }

    /// Sends a request for `path`, which has no scheme; says who asks where the registry wants to know. Whatever
    /// the status, that is the answer.
    pub(crate) fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        limit: u64,
    ) -> Result<HttpResponse, LookUpError> {
        let send = |repository: &mut Self| {
            repository.send_once(method.clone(), path, headers, body, limit)
        };
        let response = send(self)?;
        // Reading and writing may want different tokens.
        if response.status != 401 || self.with_credentials && self.is_basic() {
            return Ok(response);
        }
        self.authorization = None;
        self.authorize(&response.authenticate)?;
        match self.authorization {
            Some(_) => send(self),
            None => Ok(response),
        }
    }

    /// Whether user and password themselves have been sent, which are what they are.
    fn is_basic(&self) -> bool {
        let sent = self.authorization.as_deref();
        sent.is_some_and(|text| text.starts_with("Basic "))
    }

    fn send_once(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        limit: u64,
    ) -> Result<HttpResponse, LookUpError> {
        let mut headers = headers.to_vec();
        // A registry may send an upload elsewhere, which is nobody to tell who asks.
        let is_here = path.split('/').next() == Some(&*self.reference.registry);
        if let Some(authorization) = self.authorization.as_deref().filter(|_| is_here) {
            headers.push(("Authorization", authorization));
        }
        let send = |scheme: &str| {
            let url = format!("{scheme}{path}");
            self.http.send(method.clone(), &url, &headers, body, limit)
        };
        let unreachable = |scheme: &str, error: NoResponse| LookUpError::Unreachable {
            url: format!("{scheme}{path}"),
            why: error.why,
        };
        match send(self.scheme) {
            Ok(response) => Ok(response),
            Err(error)
                if self.scheme == "https://"
                    && (error.speaks_no_tls
                        || error.broke_off && is_loopback(&self.reference.registry)) =>
            {
                self.scheme = "http://";
                send("http://").map_err(|error| unreachable("http://", error))
            }
            Err(error) => Err(unreachable(self.scheme, error)),
        }
    }

    /// The address of `path` with the scheme that the registry has, and whether credentials were sent to it: what
    /// an error says.
    pub(crate) fn asked(&self, path: &str) -> (String, bool) {
        (format!("{}{path}", self.scheme), self.with_credentials)
    }

    /// Does what the registry asks for, with credentials if there are any. Where somebody could listen
    /// in, none are sent: whoever is on the way can also answer for the registry that it has no TLS.
    fn authorize(&mut self, asked: &[String]) -> Result<(), LookUpError> {
        let registry = &self.reference.registry;
        let is_private = self.scheme == "https://" || is_loopback(registry);
        let basic = self.credentials.basic(registry).filter(|_| is_private);
        let basic = basic.map(|basic| format!("Basic {basic}"));
        let challenges: Vec<Challenge> = asked.iter().filter_map(|h| Challenge::parse(h)).collect();
        for challenge in challenges {
            match challenge {
                Challenge::Basic => {
                    self.with_credentials = basic.is_some();
                    self.authorization.clone_from(&basic);
                }
                Challenge::Bearer { realm, parameters } => {
                    let host = realm.split_once("://").map_or("", |(_, rest)| rest);
                    let host = host.split('/').next().unwrap_or_default();
                    let is_private = realm.starts_with("https://") || is_loopback(host);
                    let basic = basic.as_deref().filter(|_| is_private);
                    self.with_credentials = basic.is_some();
                    self.authorization = Some(self.token(&realm, &parameters, basic)?);
                }
            }
            if self.authorization.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn token(
        &self,
        realm: &str,
        parameters: &[(String, String)],
        basic: Option<&str>,
    ) -> Result<String, LookUpError> {
        let headers: Vec<_> = basic
            .map(|basic| ("Authorization", basic))
            .into_iter()
            .collect();
        let query: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        let separator = if realm.contains('?') { '&' } else { '?' };
        let url = format!("{realm}{separator}{}", query.join("&"));
        let unreachable = |why: String| LookUpError::Unreachable {
            url: url.clone(),
            why,
        };
        let response = self.http.get(&url, &headers, MOST_BYTES);
        let response = response.map_err(|error| unreachable(error.why))?;
        let response = response.found(&url, basic.is_some())?;
        let json: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let token = json.get("token").or(json.get("access_token"));
        match token.and_then(|token| token.as_str()) {
            Some(token) => Ok(format!("Bearer {token}")),
            None => Err(unreachable("what it sends has no token".into())),
        }
    }
}

/// With `%` escapes for all that has a meaning in a query.
fn escaped(value: &str) -> String {
    let mut escaped = String::new();
    for byte in value.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => {
                escaped.push(byte.into());
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
