//! Says in words which Service a request is for and how the router knows, or which Service was probably
//! meant.

use std::net::IpAddr;

use gamma_config::{Config, Service, ServiceKind};
use gamma_manifest::suggest;
use gamma_router::trace::{Frontend, Via};

use crate::{explanation::ExplainedPort, request::Simulated};

/// What is said about the Service.
pub(super) struct Said {
    pub(super) reason: String,
    pub(super) did_you_mean: Option<String>,
}

pub(super) fn service_port(service: &Service, port: u16) -> ExplainedPort {
    ExplainedPort {
        kind: format!("{:?}", service.kind),
        namespace: service.namespace.clone(),
        name: service.name.clone(),
        port,
    }
}

/// Why the request is for `service`.
pub(super) fn found(service: &Service, via: Via, client: &str, request: &Simulated) -> String {
    let authority = &request.line.authority;
    let host = host(authority);
    let name = match service.kind {
        ServiceKind::Service => format!("{}.{}", service.name, service.namespace),
        ServiceKind::ServiceImport => String::new(),
    };
    match via {
        Via::Destination => match request.destination {
            Some(destination) => format!(
                "its destination {} is a cluster IP of it, whatever the authority says",
                destination.ip()
            ),
            None => String::new(),
        },
        Via::ClusterIp => format!("its authority {host} is a cluster IP of it"),
        Via::ShortName => {
            format!("`{host}` is its name, and it is in the client's namespace `{client}`")
        }
        Via::Host if host.trim_end_matches('.').eq_ignore_ascii_case(&name) => {
            format!("`{host}` is its name and namespace")
        }
        Via::Host => format!("`{host}` is one of its hosts"),
        Via::SvcName | Via::FullName => format!("`{host}` is its full name"),
    }
}

/// Why the request is for no port of any Service.
pub(super) fn not_found(
    config: &Config,
    frontend: Frontend,
    client: &str,
    request: &Simulated,
) -> Said {
    let host = host(&request.line.authority);
    let say = |reason: String| Said {
        reason,
        did_you_mean: None,
    };
    if let Frontend::UnknownPort { number, via } = frontend {
        let ip = match via {
            Via::Destination => request.destination.map(|to| to.ip()),
            Via::ClusterIp => host.trim_matches(['[', ']']).parse().ok(),
            _ => None,
        };
        let mut services = config
            .services
            .iter()
            .filter(|service| match ip {
                Some(ip) => has_ip(service, ip),
                None => names(service, config, client).any(|name| is_host(&name, host)),
            })
            .peekable();
        let first = services.peek().copied();
        let lists: Vec<String> = services.map(ports).collect();
        let only = first.filter(|_| lists.len() == 1);
        return Said {
            reason: format!("port {number} is none of {}", lists.join("; ")),
            did_you_mean: match only.map(|service| &*service.ports) {
                Some([port]) if ip.is_none() => Some(format!("{host}:{}", port.port)),
                _ => None,
            },
        };
    }
    let known =
        |service: &&Service| names(service, config, client).any(|name| is_host(&name, host));
    if config.services.iter().any(|service| known(&service)) {
        let authority = &request.line.authority;
        return say(format!(
            "the port in the authority `{authority}` is no number from 0 to 65535"
        ));
    }
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return say(format!("{host} is no cluster IP of a Service in the input"));
    }
    let all: Vec<String> = config
        .services
        .iter()
        .flat_map(|service| names(service, config, client))
        .collect();
    let lower = host.to_ascii_lowercase();
    let elsewhere = config
        .services
        .iter()
        .find(|service| service.name == lower && service.kind == ServiceKind::Service)
        .map(|service| format!("{}.{}", service.name, service.namespace));
    let nearest = suggest::nearest(host, all.iter().map(String::as_str)).map(ToOwned::to_owned);
    let scope = if host.contains('.') {
        String::new()
    } else {
        format!(" in the client's namespace `{client}`")
    };
    Said {
        reason: format!("`{host}` names no Service{scope}"),
        did_you_mean: elsewhere.or(nearest),
    }
}

/// The names by which a Service is addressed.
fn names<'a>(
    service: &'a Service,
    config: &'a Config,
    client: &str,
) -> impl Iterator<Item = String> + use<'a> {
    let name = format!("{}.{}", service.name, service.namespace);
    let domain = &config.settings.cluster_domain;
    let is_service = service.kind == ServiceKind::Service;
    let short = (service.namespace == client).then(|| service.name.clone());
    let of_service = [
        short,
        Some(name.clone()),
        Some(format!("{name}.svc")),
        Some(format!("{name}.svc.{domain}")),
    ];
    let of_service = of_service.into_iter().flatten();
    of_service
        .filter(move |_| is_service)
        .chain(service.hosts.iter().cloned())
}

fn is_host(name: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    name.eq_ignore_ascii_case(host)
}

fn has_ip(service: &Service, ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    service
        .cluster_ips
        .iter()
        .any(|own| own.to_canonical() == ip)
}

fn ports(service: &Service) -> String {
    let ports: Vec<String> = service.ports.iter().map(|p| p.port.to_string()).collect();
    let Service {
        kind,
        namespace,
        name,
        ..
    } = service;
    if ports.is_empty() {
        format!("{kind:?} `{namespace}/{name}`, which has none")
    } else {
        format!(
            "{kind:?} `{namespace}/{name}`, which has {}",
            ports.join(", ")
        )
    }
}

/// An authority without its port.
pub(super) fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}
