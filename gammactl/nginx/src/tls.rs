//! TLS connections to backends, as BackendTLSPolicies ask for, and as far as nginx can make them.
//!
//! nginx takes the name that it asks for from a variable, but has one file of trusted certificates for a location, which is
//! chosen before the filter decides. So all policies have to trust the same; the names of a certificate are one name,
//! which is that of SNI too. A backend that is not reached this way is not reached at all: nothing is sent in plain text, or
//! to whom the policy does not trust.

use gamma_compile::{
    BackendConnection, BackendTls, TlsSettings, TrustedCertificates, asks_for_tls,
};
use gamma_manifest::{Service, ServicePort, SubjectAltName};

/// How a backend is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Connection {
    Plain,
    /// By TLS, with the certificate of that name.
    Tls(String),
    /// Not at all.
    Refused,
}

/// Why nginx can't do what a policy asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// Another policy trusts other certificates.
    OtherCertificates,
    /// The certificate is to have another name than that of SNI, one of several, or a URI.
    OtherNames,
}

/// The connections to all backends.
#[derive(Debug)]
pub(crate) struct Connections<'t> {
    policies: &'t BackendTls<'t>,
    /// What the first policy that is used trusts.
    trusted: Option<TrustedCertificates>,
    /// The Service ports that are not reached although there is a policy that says how.
    pub(crate) obstacles: Vec<(String, String, u16, Obstacle)>,
}

impl<'t> Connections<'t> {
    pub(crate) fn new(policies: &'t BackendTls<'t>) -> Self {
        Self {
            policies,
            trusted: None,
            obstacles: Vec::new(),
        }
    }

    pub(crate) fn of(&mut self, service: &Service, port: &ServicePort) -> Connection {
        match self.policies.connection(service, port) {
            BackendConnection::Tls(settings) => match self.obstacle(settings) {
                None => Connection::Tls(settings.server_name.clone()),
                Some(obstacle) => {
                    let metadata = &service.metadata;
                    let (namespace, name) = (&metadata.namespace, &metadata.name.value);
                    let place = (namespace.clone(), name.clone(), port.port, obstacle);
                    self.obstacles.push(place);
                    Connection::Refused
                }
            },
            BackendConnection::Plain if !port.app_protocol.as_deref().is_some_and(asks_for_tls) => {
                Connection::Plain
            }
            // Said where the manifests are compiled.
            BackendConnection::Plain | BackendConnection::Refused(_) => Connection::Refused,
        }
    }

    fn obstacle(&mut self, settings: &TlsSettings) -> Option<Obstacle> {
        let only = SubjectAltName::Hostname(settings.server_name.clone());
        if settings.names != [only] {
            return Some(Obstacle::OtherNames);
        }
        match &self.trusted {
            None => {
                self.trusted = Some(settings.trusted.clone());
                None
            }
            Some(trusted) => (*trusted != settings.trusted).then_some(Obstacle::OtherCertificates),
        }
    }

    /// What all connections trust, if there are any.
    pub(crate) fn trusted(&self) -> Option<&TrustedCertificates> {
        self.trusted.as_ref()
    }
}
