//! BackendTLSPolicy, which says that the endpoints of a Service are reached by TLS (GEP-1897), and the
//! ConfigMaps with the certificates that it trusts.

use super::{metadata::Metadata, policy::PolicyTarget};
use crate::source::{Span, Spanned};

/// A BackendTLSPolicy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendTlsPolicy {
    /// Name, namespace, age.
    pub metadata: Metadata,
    /// `spec.targetRefs`; at least one.
    pub target_refs: Vec<PolicyTarget>,
    /// `spec.validation.hostname`: what is asked for by SNI, and whose certificate is wanted.
    pub hostname: Spanned<String>,
    /// `spec.validation.caCertificateRefs`.
    pub ca_certificate_refs: Vec<CertificateRef>,
    /// `spec.validation.wellKnownCACertificates`: `System`, or a set that some implementation names.
    /// Given where `ca_certificate_refs` is empty, and only there.
    pub well_known: Option<Spanned<String>>,
    /// `spec.validation.subjectAltNames`: whose certificate is wanted instead of that of `hostname`.
    pub subject_alt_names: Vec<SubjectAltName>,
    /// Where `spec.options` has something.
    pub options: Option<Span>,
}

/// `caCertificateRefs[]`: an object in the policy's own namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRef {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: Spanned<String>,
    /// Name.
    pub name: Spanned<String>,
}

/// `subjectAltNames[]`: a name that a certificate may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectAltName {
    /// A name in DNS; `*.` may come first.
    Hostname(String),
    /// A URI, of which a SPIFFE ID is one.
    Uri(String),
}

/// A ConfigMap, as far as certificates are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigMap {
    /// Name and namespace.
    pub metadata: Metadata,
    /// `data["ca.crt"]`, if it is there.
    pub ca_certificate: Option<Spanned<String>>,
    /// Whether `ca.crt` is in `binaryData` instead.
    pub is_binary: bool,
}
