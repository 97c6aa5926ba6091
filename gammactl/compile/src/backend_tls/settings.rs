//! What a policy asks of a TLS connection: the name, and the certificates that are trusted.

use std::collections::{HashMap, HashSet};

use gamma_manifest::{
    BackendTlsPolicy, CertificateRef, ConfigMap, Manifests, SubjectAltName,
    diagnostic::{Code, Hint, codes},
    source::Span,
    suggest::nearest,
};

use super::pem;

/// What a TLS connection to an endpoint is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// The name that is asked for by SNI.
    pub server_name: String,
    /// Whose certificate is wanted: any of these.
    pub names: Vec<SubjectAltName>,
    /// Who may have signed it.
    pub trusted: TrustedCertificates,
}

/// Certificates of authorities that are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustedCertificates {
    /// Those that come with the machine that the proxy runs on.
    System,
    /// These, in PEM.
    Pem(String),
}

/// Something that is wrong with a policy.
#[derive(Debug)]
pub(crate) struct PolicyFault {
    pub(crate) code: &'static Code,
    /// The reason of the API for the condition that is false for it.
    pub(crate) reason: &'static str,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) hint: Hint,
    /// Whether an error of another object says why.
    pub(crate) said: bool,
}

/// "… must be set to `InvalidCACertificateRef`"
pub(crate) const INVALID_REF: &str = "InvalidCACertificateRef";
/// "It refers to an unknown or unsupported kind of resource."
pub(crate) const INVALID_KIND: &str = "InvalidKind";
/// "the policy is syntactically or semantically invalid"
pub(crate) const INVALID: &str = "Invalid";

/// ConfigMaps by namespace and name.
#[derive(Debug)]
pub(super) struct ConfigMaps<'m> {
    read: HashMap<(&'m str, &'m str), &'m ConfigMap>,
    /// Those with an error, which has been said.
    left_out: HashSet<(&'m str, &'m str)>,
}

pub(super) fn config_maps(manifests: &Manifests) -> ConfigMaps<'_> {
    let mut read = HashMap::new();
    for config_map in &manifests.config_maps {
        let metadata = &config_map.metadata;
        read.entry((&*metadata.namespace, &*metadata.name.value))
            .or_insert(config_map);
    }
    let objects = manifests.left_out.iter();
    let left_out = objects
        .filter(|object| object.kind == "ConfigMap")
        .map(|object| (&*object.namespace, &*object.name))
        .collect();
    ConfigMaps { read, left_out }
}

/// What `policy` asks for, unless nothing can be done about what is wrong with it.
pub(super) fn of(
    policy: &BackendTlsPolicy,
    config_maps: &ConfigMaps<'_>,
) -> (Option<TlsSettings>, Vec<PolicyFault>) {
    let mut faults = Vec::new();
    let trusted = match &policy.well_known {
        Some(set) if set.value == "System" => Some(TrustedCertificates::System),
        Some(set) => {
            faults.push(PolicyFault {
                code: &codes::NO_CERTIFICATE,
                reason: INVALID,
                span: set.span,
                message: format!("no certificates are known by the name `{}`", set.value),
                hint: "write `System`, or name a ConfigMap in `caCertificateRefs`".into(),
                said: false,
            });
            None
        }
        None => {
            let mut text = String::new();
            for reference in &policy.ca_certificate_refs {
                match certificate(policy, reference, config_maps) {
                    Ok(pem) => text.push_str(&pem),
                    Err(fault) => faults.push(fault),
                }
            }
            (!text.is_empty()).then_some(TrustedCertificates::Pem(text))
        }
    };
    // "Hostname MUST be used as the SNI", and "literal IPv4 and IPv6 addresses are not permitted" there
    // (RFC 6066).
    let hostname = &policy.hostname;
    let is_address = hostname.value.parse::<std::net::IpAddr>().is_ok();
    if is_address {
        faults.push(PolicyFault {
            code: &codes::POLICY_HOSTNAME,
            reason: INVALID,
            span: hostname.span,
            message: format!("`hostname` is the address `{}`", hostname.value),
            hint: "write the name that the backend's certificate is for".into(),
            said: false,
        });
    }
    let names = match &*policy.subject_alt_names {
        [] => vec![SubjectAltName::Hostname(hostname.value.clone())],
        names => names.to_vec(),
    };
    let settings = trusted.filter(|_| !is_address).map(|trusted| TlsSettings {
        server_name: hostname.value.clone(),
        names,
        trusted,
    });
    (settings, faults)
}

/// The certificates that a reference names, in PEM.
fn certificate(
    policy: &BackendTlsPolicy,
    reference: &CertificateRef,
    config_maps: &ConfigMaps<'_>,
) -> Result<String, PolicyFault> {
    let CertificateRef { group, kind, name } = reference;
    let fault = |reason, span, message, hint: Hint| PolicyFault {
        code: &codes::NO_CERTIFICATE,
        reason,
        span,
        message,
        hint,
        said: false,
    };
    if !group.is_empty() || kind.value != "ConfigMap" {
        let of = match &**group {
            "" => String::new(),
            group => format!(" of group `{group}`"),
        };
        let message = format!(
            "`caCertificateRefs` names the {} `{}`{of}",
            kind.value, name.value
        );
        let hint = match nearest(&kind.value, ["ConfigMap"]) {
            Some(similar) if group.is_empty() => Hint::did_you_mean(similar),
            _ if kind.value == "ConfigMap" => {
                "a ConfigMap is in the core group: write `group: \"\"`".into()
            }
            _ => "put the certificates into a ConfigMap, with the key `ca.crt`".into(),
        };
        return Err(fault(INVALID_KIND, kind.span, message, hint));
    }
    let namespace = &*policy.metadata.namespace;
    let called = format!("ConfigMap `{namespace}/{}`", name.value);
    let Some(config_map) = config_maps.read.get(&(namespace, &*name.value)) else {
        let known = || config_maps.read.keys();
        let same_namespace = known().filter(|(of, _)| *of == namespace);
        let hint = match nearest(&name.value, same_namespace.map(|(_, name)| *name)) {
            Some(similar) => Hint::did_you_mean(similar),
            None => match known().filter(|(_, of)| *of == name.value).min() {
                Some((elsewhere, _)) => format!(
                    "there is one in namespace `{elsewhere}`: it must be in the policy's own, \
                     `{namespace}`"
                )
                .into(),
                None => {
                    "add its manifest to the input: `kubectl get configmap -o yaml` has it".into()
                }
            },
        };
        let message = format!("{called} is not in the input");
        let said = config_maps.left_out.contains(&(namespace, &*name.value));
        let fault = fault(INVALID_REF, name.span, message, hint);
        return Err(PolicyFault { said, ..fault });
    };
    let Some(text) = &config_map.ca_certificate else {
        let message = format!("{called} has no `ca.crt` in its `data`");
        let hint = match config_map.is_binary {
            true => "it is in `binaryData`: PEM is text, so put it into `data`",
            false => "give the key with the certificates that name",
        };
        return Err(fault(INVALID_REF, name.span, message, hint.into()));
    };
    pem::certificates(&text.value).map_err(|wrong| {
        let message = format!("`ca.crt` of {called} {}", wrong.what);
        fault(INVALID_REF, text.span, message, wrong.hint.into())
    })
}
