//! Manifests from a registry, by the OCI distribution protocol.

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
        let ImageReference {
            registry,
            repository,
            ..
        } = self.reference;
        let path = format!("{registry}/v2/{repository}/manifests/{wanted}");
        let mut response = self.get(&path)?;
        if response.status == 401 && self.authorization.is_none() {
            self.authorize(&response.authenticate)?;
            if self.authorization.is_some() {
                response = self.get(&path)?;
            }
        }
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
            }),
        }
    }

    fn get(&mut self, path: &str) -> Result<HttpResponse, LookUpError> {
        let accept = [DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX].join(", ");
        let mut headers = vec![("Accept", &*accept)];
        if let Some(authorization) = &self.authorization {
            headers.push(("Authorization", authorization));
        }
        let send = |scheme: &str| {
            self.http
                .get(&format!("{scheme}{path}"), &headers, MOST_BYTES)
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
