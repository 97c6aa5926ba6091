//! Requests as the page has them: a form, of which a `curl` line is another view.

use std::net::SocketAddr;

use gamma_explain::request::{
    HeaderLine, HeaderOption, RequestDraft, RequestError, RequestOptions, Simulated,
};
use serde::{Deserialize, Serialize};

use crate::{
    answer::{Unanswered, at_most},
    limits,
};

/// A request. It is for `url`, or for `host` and `path`, or for a port of a Service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PageRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_namespace: Option<String>,
    /// Absent or empty is GET.
    method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// With query.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    headers: Vec<(String, String)>,
    /// Whether it is a gRPC call.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    grpc: bool,
    /// Where the client's connection is addressed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<SocketAddr>,
}

impl PageRequest {
    /// Reads what the page sends.
    pub(crate) fn read(json: &str) -> Result<Self, Unanswered> {
        at_most("bytes of a request", json.len(), limits::REQUEST_BYTES)?;
        Ok(serde_json::from_str(json)?)
    }

    /// A form for `request`.
    pub(crate) fn of(request: &Simulated) -> Self {
        let line = &request.line;
        let value = |header: &HeaderLine| header.value.iter().copied().map(char::from).collect();
        let headers = request.headers.iter();
        Self {
            client_namespace: request.from.clone(),
            method: line.method.clone(),
            url: line
                .path
                .starts_with('/')
                .then(|| format!("{}://{}{}", line.scheme, line.authority, line.path)),
            scheme: Some(line.scheme.clone()),
            host: Some(line.authority.clone()),
            path: Some(line.path.clone()),
            headers: headers
                .map(|header| (header.name.clone(), value(header)))
                .collect(),
            destination: request.destination,
            ..Self::default()
        }
    }

    /// The request as the router is asked about it.
    pub(crate) fn simulated(&self) -> Result<Simulated, Unanswered> {
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            let line = format!("{name}: {value}");
            let line: HeaderLine = line.parse().map_err(RequestError::from)?;
            headers.push(HeaderOption::Sent(line));
        }
        let (url, target) = self.target();
        let options = RequestOptions {
            method: Some(self.method.clone()).filter(|method| !method.is_empty()),
            headers,
            data: Vec::new(),
            from: self.client_namespace.clone(),
            destination: self.destination,
        };
        let mut draft = RequestDraft::new(url, &options);
        draft.request_target = target;
        let request = draft.simulated(0)?;
        Ok(if self.grpc {
            request.into_grpc()
        } else {
            request
        })
    }

    /// The URL, and what is sent in place of its path, if that is no path.
    fn target(&self) -> (String, Option<String>) {
        if let Some(url) = self
            .url
            .as_deref()
            .map(str::trim)
            .filter(|url| !url.is_empty())
        {
            return (url.to_owned(), None);
        }
        let host = match (&self.host, &self.service) {
            (Some(host), _) if !host.is_empty() => host.clone(),
            (_, Some(service)) => {
                let namespace = self.namespace.iter().map(|of| format!(".{of}"));
                let port = self.port.map(|port| format!(":{port}"));
                let rest: String = namespace.chain(port).collect();
                format!("{service}{rest}")
            }
            _ => String::new(),
        };
        let scheme = self.scheme.as_deref().unwrap_or("http");
        let path = self.path.as_deref().unwrap_or("/");
        if path.is_empty() || path.starts_with(['/', '?']) {
            (format!("{scheme}://{host}{path}"), None)
        } else {
            (format!("{scheme}://{host}/"), Some(path.to_owned()))
        }
    }
}
