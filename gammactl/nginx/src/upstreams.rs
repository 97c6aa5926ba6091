//! The upstreams: the endpoints of each cluster, and the servers of this file that answer by themselves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::{
    answers::{ANSWERS, OTHERS},
    cluster::{ClusterTarget, Pass},
    options::NginxOptions,
    plan::Plan,
    syntax::{Item, block, comment, line},
};

/// Idle connections that a worker keeps to each upstream.
const KEPT: &str = "64";

pub(crate) fn upstreams(plan: &Plan<'_>, options: &NginxOptions) -> Vec<Item> {
    let mut items = vec![comment(
        "The endpoints of each Service port, and those who answer in their place.",
    )];
    let passes: &[Pass] = match plan.has_grpc() {
        true => &[Pass::Http, Pass::Grpc],
        false => &[Pass::Http],
    };
    for pass in passes {
        for cluster in &plan.clusters {
            if let ClusterTarget::Upstream(id, servers) = &cluster.target {
                items.push(upstream(&pass.upstream(id), servers));
            }
        }
        if let Some(others) = &options.others {
            items.push(upstream(
                &pass.upstream(OTHERS),
                std::slice::from_ref(others),
            ));
        }
        for (id, _, _) in ANSWERS {
            items.push(upstream(&pass.upstream(id), &itself(options)));
        }
    }
    items
}

fn upstream(name: &str, servers: &[String]) -> Item {
    let mut items: Vec<Item> = servers
        .iter()
        .map(|server| line(["server", server]))
        .collect();
    items.push(line(["keepalive", KEPT]));
    block(["upstream", name], items)
}

/// Where this nginx reaches itself.
fn itself(options: &NginxOptions) -> Vec<String> {
    let first = options.listen.first().map(|address| {
        let ip = match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, address.port()).to_string()
    });
    first.into_iter().collect()
}
