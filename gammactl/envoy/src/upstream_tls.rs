//! The TLS connections of the generated Envoy to backends, as BackendTLSPolicies ask for.

use std::path::Path;

use gamma_compile::{
    BackendConnection, BackendTls, TlsSettings, TlsToBackends, TrustedCertificates, asks_for_tls,
};
use gamma_manifest::{Service, ServicePort, SubjectAltName};
use serde_json::{Value, json};

/// Where systems keep the certificates of the authorities that they trust: Debian and Alpine, Fedora and
/// its kin, openSUSE, BSD.
const SYSTEM_CERTIFICATES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The file with the certificates that this machine trusts; if there is none, where most machines have
/// it.
#[must_use]
pub fn system_certificates() -> &'static str {
    let mut known = SYSTEM_CERTIFICATES.into_iter();
    known
        .find(|path| Path::new(path).is_file())
        .unwrap_or(SYSTEM_CERTIFICATES[0])
}

/// What decides about TLS to backends.
#[derive(Debug)]
pub(super) struct UpstreamTls<'t> {
    pub(super) policies: &'t BackendTls<'t>,
    pub(super) others: &'t TlsToBackends,
    /// The file with the certificates that Envoy's machine trusts.
    pub(super) system_certificates: &'t str,
}

impl UpstreamTls<'_> {
    /// Gives `cluster` the connection that `port` of `service` needs. A cluster that would need TLS, and
    /// for which nobody says how, gets no endpoint: nothing is sent in plain text.
    pub(super) fn apply(
        &self,
        cluster: &mut Value,
        service: &Service,
        port: &ServicePort,
        http2: bool,
    ) {
        // Captured connections know the cluster of a port by another name than backendRefs do, and a
        // fragment for the one says nothing of the other.
        let name = cluster["name"].clone();
        if name.as_str().is_some_and(|n| self.others.is_elsewhere(n)) {
            return;
        }
        match self.policies.connection(service, port) {
            BackendConnection::Tls(settings) => {
                cluster["transport_socket"] = self.transport_socket(settings, http2);
            }
            BackendConnection::Plain if !port.app_protocol.as_deref().is_some_and(asks_for_tls) => {
            }
            BackendConnection::Plain | BackendConnection::Refused(_) => {
                cluster["type"] = "STATIC".into();
                cluster["load_assignment"] = json!({ "cluster_name": name, "endpoints": [] });
            }
        }
    }

    fn transport_socket(&self, settings: &TlsSettings, http2: bool) -> Value {
        let trusted = match &settings.trusted {
            TrustedCertificates::System => json!({ "filename": self.system_certificates }),
            TrustedCertificates::Pem(pem) => json!({ "inline_string": pem }),
        };
        let names: Vec<Value> = settings.names.iter().map(matcher).collect();
        json!({
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                "sni": settings.server_name,
                "common_tls_context": {
                    "alpn_protocols": [if http2 { "h2" } else { "http/1.1" }],
                    "validation_context": {
                        "trusted_ca": trusted,
                        "match_typed_subject_alt_names": names,
                    },
                },
            },
        })
    }
}

/// Envoy compares a DNS name with one of a certificate as clients do: `*.shop.svc` in a certificate is
/// for `cart.shop.svc`. A policy's own `*` stands for one label, or for the `*` of a certificate.
fn matcher(name: &SubjectAltName) -> Value {
    match name {
        SubjectAltName::Hostname(name) => match name.strip_prefix("*.") {
            Some(domain) => {
                let regex = format!("(?i)[^.]+\\.{}", domain.replace('.', "\\."));
                json!({ "san_type": "DNS", "matcher": { "safe_regex": { "regex": regex } } })
            }
            None => json!({ "san_type": "DNS", "matcher": { "exact": name } }),
        },
        SubjectAltName::Uri(uri) => json!({ "san_type": "URI", "matcher": { "exact": uri } }),
    }
}
