//! Manifests → route config.
//!
//! Four questions, one file each: which Service ports a route is attached to ([`attach`]), in which
//! order matches are tried ([`precedence`]), what a match and a filter become ([`matches`],
//! [`filters`]), and what a backendRef names ([`backend`]). What can't be done is said in a
//! diagnostic and, where traffic would notice, written into the config as an answer of 500: nothing
//! is dropped in silence.

pub(crate) mod attach;
pub(crate) mod backend;
pub(crate) mod cluster;
mod criterion;
mod filters;
mod framing;
pub(crate) mod index;
mod matches;
pub(crate) mod precedence;
pub(crate) mod provenance;
mod rule;
mod slice;
mod table;

use gamma_config::{Config, Port, Service, ServiceKind, Settings};

pub use attach::{Attachment, Port as AttachedPort};
pub use cluster::{ClusterNames, InvalidTemplate, Template};
pub use criterion::Criterion;
pub(crate) use index::Index;
pub use slice::for_clients_in;

use crate::{diagnostic::Diagnostics, manifest::Manifests};

/// What a compilation depends on besides the manifests.
#[derive(Debug, Clone)]
pub struct Options {
    /// Namespace of the clients, to be written into the config. `None` leaves it to the proxy's
    /// node metadata.
    pub client_namespace: Option<String>,
    /// DNS suffix of the Kubernetes cluster.
    pub cluster_domain: String,
    /// Whether backendRefs to other namespaces need a ReferenceGrant. GEP-1294 asks for none where
    /// the parent is a Service.
    pub require_reference_grants: bool,
    /// Whether `hostnames` of routes are obeyed. GEP-1294 says that they should not mean anything
    /// where the parent is a Service.
    pub honor_hostnames: bool,
    /// What the proxy calls its clusters.
    pub cluster_names: ClusterNames,
    /// See [`Settings::metrics`].
    pub metrics: bool,
    /// See [`Settings::rule_property`].
    pub rule_property: bool,
    /// See [`Settings::reason_header`].
    pub reason_header: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            client_namespace: None,
            cluster_domain: "cluster.local".into(),
            require_reference_grants: false,
            honor_hostnames: false,
            cluster_names: ClusterNames::Standalone,
            metrics: true,
            rule_property: true,
            reason_header: true,
        }
    }
}

/// A config, and what became of the routes that it was made of.
#[derive(Debug)]
pub struct Compilation {
    /// The route config.
    pub config: Config,
    /// What each parentRef to a Service is attached to.
    pub attachments: Vec<Attachment>,
}

/// Compiles `manifests`. The result depends on their content only, not on the order of files.
pub fn compile(manifests: &Manifests, options: &Options, diagnostics: &mut Diagnostics) -> Config {
    compilation(manifests, options, diagnostics).config
}

/// [Compiles](compile), and remembers what was attached where.
pub fn compilation(
    manifests: &Manifests,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Compilation {
    let index = index::Index::new(manifests);
    let attachments = attach::attach(manifests, &index, options, diagnostics);
    let rules = rule::compile_all(manifests, &index, &attachments, options, diagnostics);

    let mut services: Vec<_> = manifests
        .services
        .iter()
        .filter(|service| service.is_frontend())
        .map(|service| {
            let name = service.metadata.name.value.clone();
            let namespace = service.metadata.namespace.clone();
            let ports = service
                .tcp_ports()
                .map(|port| {
                    let mut groups = attachments.on(service, port.port);
                    Port {
                        port: port.port,
                        cluster: options.cluster_names.of(
                            service,
                            port.port,
                            &options.cluster_domain,
                        ),
                        producer: groups
                            .remove(&namespace)
                            .map(|routes| table::table(&routes, manifests, &rules, diagnostics)),
                        consumers: groups
                            .into_iter()
                            .map(|(from, routes)| {
                                (from, table::table(&routes, manifests, &rules, diagnostics))
                            })
                            .collect(),
                    }
                })
                .collect();
            Service {
                kind: service.kind,
                hosts: match service.kind {
                    ServiceKind::Service => Vec::new(),
                    ServiceKind::ServiceImport => vec![cluster::import_host(&namespace, &name)],
                },
                namespace,
                name,
                cluster_ips: service.cluster_ips.iter().map(|ip| ip.value).collect(),
                ports,
            }
        })
        .collect();
    services.sort_by(|a, b| {
        let key = |service: &Service| service.kind == ServiceKind::ServiceImport;
        (&a.namespace, &a.name, key(a)).cmp(&(&b.namespace, &b.name, key(b)))
    });

    let config = Config {
        settings: Settings {
            client_namespace: options.client_namespace.clone(),
            cluster_domain: options.cluster_domain.clone(),
            metrics: options.metrics,
            rule_property: options.rule_property,
            reason_header: options.reason_header,
            ..Settings::default()
        },
        services,
        ..Config::default()
    };
    Compilation {
        config,
        attachments: attachments.parents(manifests),
    }
}
