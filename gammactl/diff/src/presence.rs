//! Services, ports, hosts and addresses that only one of the two configs has.

use std::collections::BTreeSet;

use gamma_config::Service;

/// Something that is there on one side only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceChange {
    /// As in `port 80` or `host cart.example.com`.
    pub what: String,
    /// Whether it is new; if not, it is gone.
    pub is_new: bool,
}

/// Of a Service: itself, or its ports, hosts and addresses.
pub(super) fn presence(old: Option<&Service>, new: Option<&Service>) -> Vec<PresenceChange> {
    match (old, new) {
        (Some(old), Some(new)) => {
            let (old, new) = (parts(old), parts(new));
            let only = |a: &BTreeSet<(u8, String)>, b: &BTreeSet<(u8, String)>, is_new| {
                let those: Vec<_> = a.difference(b).cloned().collect();
                let those = those.into_iter();
                those.map(move |(_, what)| PresenceChange { what, is_new })
            };
            only(&old, &new, false)
                .chain(only(&new, &old, true))
                .collect()
        }
        (Some(one), None) => vec![PresenceChange {
            what: whole(one),
            is_new: false,
        }],
        (None, Some(one)) => vec![PresenceChange {
            what: whole(one),
            is_new: true,
        }],
        (None, None) => Vec::new(),
    }
}

fn parts(service: &Service) -> BTreeSet<(u8, String)> {
    let ports = service
        .ports
        .iter()
        .map(|p| (0, format!("port {}", p.port)));
    let hosts = service.hosts.iter().map(|host| (1, format!("host {host}")));
    let ips = service.cluster_ips.iter();
    let ips = ips.map(|ip| (2, format!("cluster IP {ip}")));
    ports.chain(hosts).chain(ips).collect()
}

fn whole(service: &Service) -> String {
    let kind = format!("{:?}", service.kind);
    let ports: Vec<String> = service.ports.iter().map(|p| p.port.to_string()).collect();
    let noun = if ports.len() == 1 { "port" } else { "ports" };
    if ports.is_empty() {
        kind
    } else {
        format!("{kind} with {noun} {}", ports.join(", "))
    }
}
