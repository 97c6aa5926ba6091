//! Compiles manifests into a route config, and keeps what explanations and statuses need besides.

use gamma_config::{Config, Port, Service, ServiceKind, Settings};
use gamma_manifest::{Manifests, ServicePort, diagnostic::Diagnostics};

use super::{
    addresses, attach,
    attach::Attachment,
    backend_tls,
    backend_tls::BackendTls,
    cluster, direct, index,
    memo::{KeptRoute, Memo},
    options::{Options, TlsToBackends},
    provenance::{Provenance, RouteTableKey},
    resolve::BackendResolver,
    retry_budget, rule, table,
};

/// A config, and what became of the routes that it was made of.
#[derive(Debug)]
pub struct Compilation {
    /// The route config.
    pub config: Config,
    /// What each parentRef to a Service is attached to.
    pub attachments: Vec<Attachment>,
    /// Where the matches of the config are written.
    pub provenance: Provenance,
}

/// Compiles `manifests`. The result depends on their content only, not on the order of files.
pub fn compile(manifests: &Manifests, options: &Options, diagnostics: &mut Diagnostics) -> Config {
    compilation(manifests, options, diagnostics).config
}

/// [Compiles](compile), and remembers what was attached where and what comes from where.
pub fn compilation(
    manifests: &Manifests,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Compilation {
    recompilation(manifests, options, &mut Memo::forgetful(), diagnostics)
}

/// [Compiles](compilation) what changes again and again: route tables that `memo` has from the time before, and whose
/// routes and surroundings did not change, are not made again. The result is the same.
pub fn recompilation(
    manifests: &Manifests,
    options: &Options,
    memo: &mut Memo,
    diagnostics: &mut Diagnostics,
) -> Compilation {
    let index = index::Index::new(manifests);
    let attachments = attach::attach(manifests, &index, options, diagnostics);
    let tls = BackendTls::new(manifests, &index);
    if options.tls_to_backends != TlsToBackends::Proxy {
        backend_tls::report(&tls, diagnostics);
    }
    let backends = BackendResolver {
        grants: &manifests.reference_grants,
        index: &index,
        options,
        tls: &tls,
    };
    retry_budget::report(manifests, &index, options, diagnostics);
    memo.begin(manifests, options, &attachments);
    let mut rules = rule::compile_all(&backends, manifests, &attachments, memo, diagnostics);

    let addresses = addresses::of_services(manifests, diagnostics);
    let mut provenance = Provenance::default();
    let mut services: Vec<_> = manifests
        .services
        .iter()
        .map(|service| {
            let name = service.metadata.name.value.clone();
            let namespace = service.metadata.namespace.clone();
            let mut of_frontend = |port: &ServicePort| {
                let groups: Vec<_> = attachments.on(service, port.port).collect();
                let mut own = groups.iter().filter(|(from, _)| *from == namespace);
                let others = groups.iter().filter(|(from, _)| *from != namespace);
                let mut merge = |routes_of: &str, routes: &[usize]| {
                    let key = RouteTableKey::of(service, port.port, routes_of);
                    let made = match memo.table(&key) {
                        Some(known) => known.clone(),
                        None => {
                            let made = table::table(routes, manifests, &mut rules);
                            let kept = routes.iter().map(|&route| {
                                KeptRoute::new(&manifests.routes[route], rules.findings(route))
                            });
                            memo.keep(&key, &made, kept);
                            made
                        }
                    };
                    for diagnostic in made.found {
                        // Once per route, not once per port.
                        diagnostics.push_once(diagnostic);
                    }
                    provenance.insert(key, made.origins);
                    made.table
                };
                Port {
                    port: port.port,
                    cluster: options
                        .cluster_names
                        .of(service, port.port, &options.cluster_domain),
                    producer: own.next().map(|(from, routes)| merge(from, routes)),
                    consumers: others
                        .map(|&(from, routes)| (from.to_owned(), merge(from, routes)))
                        .collect(),
                }
            };
            let mut ports: Vec<Port> = if service.is_frontend() {
                service.tcp_ports().map(&mut of_frontend).collect()
            } else {
                direct::ports(service, options)
            };
            // Most Services have one, and there is room for four.
            ports.shrink_to_fit();
            Service {
                kind: service.kind,
                hosts: match service.kind {
                    ServiceKind::Service => Vec::new(),
                    ServiceKind::ServiceImport => vec![cluster::import_host(&namespace, &name)],
                },
                namespace,
                name,
                cluster_ips: addresses.of(service),
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
            response_metrics: options.response_metrics,
            rule_property: options.rule_property,
            reason_header: options.reason_header,
            host: options.host,
            ..Settings::default()
        },
        services,
        ..Config::default()
    };
    Compilation {
        config,
        attachments: attachments.parents(manifests),
        provenance,
    }
}
