//! What is to be written: the config for the filter, the clusters that it names, and what they trust.

use gamma_compile::{BackendTls, Index, Options, TrustedCertificates};
use gamma_config::{Config, Filter, HostKind, MAX_MIRRORS};
use gamma_manifest::{Manifests, diagnostic::Diagnostics};
use sha2::{Digest as _, Sha256};

use crate::{
    advice, auth,
    cluster::{self, NginxCluster},
    options::NginxOptions,
    tls::Connections,
};

/// An nginx around the filter.
#[derive(Debug)]
pub struct Plan<'o> {
    /// What the filter is to be configured with.
    pub config: Config,
    /// What the connections to backends trust, if any are made by TLS.
    pub certificates: Option<Certificates>,
    pub(crate) options: &'o NginxOptions,
    pub(crate) clusters: Vec<NginxCluster>,
}

/// The certificates that are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificates {
    /// The file, as nginx sees it.
    pub path: String,
    /// What has to be in a file of that name; `None` for the machine's own.
    pub pem: Option<(String, String)>,
}

impl<'o> Plan<'o> {
    /// Finds the clusters that `config` names, which is what was compiled of `manifests` with `compile_options` for the
    /// clients of one namespace. What nginx can't do is added to `diagnostics`.
    #[must_use]
    pub fn new(
        manifests: &Manifests,
        mut config: Config,
        compile_options: &Options,
        options: &'o NginxOptions,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let index = Index::new(manifests);
        let policies = BackendTls::new(manifests, &index);
        let mut connections = Connections::new(&policies);
        let clusters = cluster::clusters(
            manifests,
            &index,
            &config,
            compile_options,
            &mut connections,
        );
        advice::advise(
            manifests,
            &index,
            &clusters,
            &connections.obstacles,
            diagnostics,
        );
        auth::name_by_address(&mut config, &clusters);
        config.settings.host = Some(HostKind::Nginx);
        // The address that a client dialled is asked for only where it can be a Service's.
        let is_dialled = |ip: &std::net::IpAddr| {
            let mut listen = options.listen.iter().map(std::net::SocketAddr::ip);
            listen.any(|own| own.is_unspecified() || own == *ip)
        };
        for service in &mut config.services {
            service.cluster_ips.retain(is_dialled);
        }
        let certificates = connections.trusted().map(|trusted| match trusted {
            TrustedCertificates::System => Certificates {
                path: options.system_certificates.clone(),
                pem: None,
            },
            TrustedCertificates::Pem(pem) => {
                let file = format!("ca-{}.pem", digest(pem.as_bytes()));
                Certificates {
                    path: format!("{}/{file}", options.directory),
                    pem: Some((file, pem.clone())),
                }
            }
        });
        Self {
            config,
            certificates,
            options,
            clusters,
        }
    }

    /// The name of the file with this module: another module has another name, so that a configuration never finds
    /// one that is not its own.
    #[must_use]
    pub fn module_name(module: &[u8]) -> String {
        format!("gamma-filter-{}.wasm", digest(module))
    }

    /// Whether some cluster is known by a name in DNS only, so that nginx has to be told whom to ask.
    #[must_use]
    pub fn needs_resolver(&self) -> bool {
        let mut clusters = self.clusters.iter();
        clusters.any(|cluster| matches!(cluster.target, cluster::ClusterTarget::InDns(_)))
    }

    /// The header that names the cluster.
    pub(crate) fn cluster_header(&self) -> &str {
        &self.config.settings.cluster_header
    }

    /// How many copies a request can ask for.
    pub(crate) fn mirrors(&self) -> usize {
        let is_mirror = |filter: &&Filter| matches!(filter, Filter::RequestMirror(_));
        let count = |filters: &[Filter]| filters.iter().filter(is_mirror).count();
        let ports = self.config.services.iter().flat_map(|s| &s.ports);
        let tables = ports.flat_map(|port| port.producer.iter().chain(port.consumers.values()));
        let rules = tables.flat_map(|table| &table.rules);
        let of_rules = rules.map(|rule| {
            let of_backends = rule.backend_refs.iter().map(|b| count(&b.filters));
            count(&rule.filters).saturating_add(of_backends.max().unwrap_or_default())
        });
        of_rules.max().unwrap_or_default().min(MAX_MIRRORS)
    }

    /// Whether any backend is reached by TLS.
    pub(crate) fn has_tls(&self) -> bool {
        self.certificates.is_some()
    }

    /// Whether anything is sent as gRPC.
    pub(crate) fn has_grpc(&self) -> bool {
        self.clusters.iter().any(|cluster| cluster.http2)
    }
}

/// Whether a file has a name that is made here of its content: of a module, or of certificates.
#[must_use]
pub fn is_generated(file: &str) -> bool {
    let module = file
        .strip_prefix("gamma-filter-")
        .and_then(|rest| rest.strip_suffix(".wasm"));
    let certificates = file
        .strip_prefix("ca-")
        .and_then(|rest| rest.strip_suffix(".pem"));
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let digest = module.or(certificates);
    digest.is_some_and(|digest| digest.len() == 2 * DIGEST && digest.bytes().all(is_hex))
}

/// Bytes of a digest in a name.
const DIGEST: usize = 6;

/// A part of a SHA-256, long enough to tell files of one directory apart.
fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .take(DIGEST)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
