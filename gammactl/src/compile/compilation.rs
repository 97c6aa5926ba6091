//! The compilation of manifests into a route config, and what explanations and statuses need of it.

use gamma_config::{Config, Port, Service, ServiceKind, Settings};

use super::{
    attach::{self, Attachment},
    cluster, index,
    options::Options,
    rule, table,
};
use crate::{diagnostic::Diagnostics, manifest::Manifests};

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
