//! Envoy's admin interface says which versions of the files Envoy has taken, and which it refused.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use ureq::Agent;

/// Envoy's main thread answers, and that also compiles the filter: a second of silence is no death.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Statistics of the filter's updates.
pub(super) const FILTER: &str = "extension_config_discovery.http_filter.gamma";
/// Statistics of the clusters' updates.
pub(super) const CLUSTERS: &str = "cluster_manager.cds";

/// Envoy's admin interface.
#[derive(Debug, Clone)]
pub struct Admin {
    agent: Agent,
    address: SocketAddr,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{address}: {source}")]
pub struct AdminError {
    address: SocketAddr,
    source: ureq::Error,
}

impl Admin {
    /// The admin interface that is bound to `address`; `None` if that leaves its port to the kernel.
    #[must_use]
    pub fn new(address: SocketAddr) -> Option<Self> {
        let mut address = address;
        match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            // The admin interface is on this machine or near it: no HTTP proxy is on the way.
            .proxy(None)
            .build();
        (address.port() != 0).then(|| Self {
            agent: agent.into(),
            address,
        })
    }

    /// Where Envoy is asked.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What Envoy says of updates, and of the endpoints of `cluster`.
    pub(super) fn taken(&self, cluster: Option<&str>) -> Result<TakenVersions, AdminError> {
        let mut wanted = String::from(
            r"^(server\.dynamic_unknown_fields|cluster_manager\.(cds\..*|warming_clusters)|http\..*\.rds\..*|extension_config_discovery\.http_filter\.gamma\..*",
        );
        if let Some(cluster) = cluster {
            wanted.push_str(&format!("|{}.*", escaped(&of_endpoints(cluster))));
        }
        wanted.push_str(")$");
        let text = self.get("/stats", &[("filter", &wanted)])?;
        Ok(TakenVersions::read(&text))
    }

    fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<String, AdminError> {
        let url = format!("http://{}{path}", self.address);
        self.agent
            .get(url)
            .query_pairs(query.iter().copied())
            .call()
            .and_then(|mut answer| answer.body_mut().read_to_string())
            .map_err(|source| AdminError {
                address: self.address,
                source,
            })
    }
}

/// Statistics of the updates of a cluster's endpoints. Envoy writes `:` in no name of one.
pub(super) fn of_endpoints(cluster: &str) -> String {
    format!("cluster.{}.", cluster.replace(':', "_"))
}

fn escaped(literal: &str) -> String {
    let mut escaped = String::new();
    for c in literal.chars() {
        if !c.is_ascii_alphanumeric() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// What Envoy has taken and refused at one moment: versions and counters by name.
#[derive(Debug, Default)]
pub(super) struct TakenVersions(HashMap<String, String>);

impl TakenVersions {
    fn read(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once(": "));
        Self(
            lines
                .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
                .collect(),
        )
    }

    /// The version of the file that was taken last; empty before the first, `None` if Envoy does
    /// not read such a file.
    pub(super) fn version(&self, of: &str) -> Option<&str> {
        self.find(of, "version_text").map(String::as_str)
    }

    /// How often a file was refused, or could not even be read.
    pub(super) fn refused(&self, of: &str) -> u64 {
        ["update_rejected", "update_failure"]
            .iter()
            .filter_map(|counter| self.find(of, counter)?.parse::<u64>().ok())
            .sum()
    }

    /// How many clusters wait for their first endpoints.
    pub(super) fn warming(&self) -> u64 {
        self.number("cluster_manager.warming_clusters")
    }

    /// How many fields it did not know, and has ignored.
    pub(super) fn unknown_fields(&self) -> u64 {
        self.number("server.dynamic_unknown_fields")
    }

    fn number(&self, name: &str) -> u64 {
        let value = self.0.get(name).and_then(|value| value.parse().ok());
        value.unwrap_or(0)
    }

    /// Route tables are known by the end of their names: what comes before is up to the listener.
    fn find(&self, of: &str, what: &str) -> Option<&String> {
        let name = format!("{}.{what}", of.trim_end_matches('.'));
        let exact = self.0.get(&name);
        exact.or_else(|| {
            let end = format!(".{name}");
            let mut found = self.0.iter().filter(|(name, _)| name.ends_with(&end));
            found.next().map(|(_, value)| value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_refusals_are_read() {
        let taken = TakenVersions::read(
            "cluster_manager.cds.version_text: \"c1\"\nhttp.gamma.rds.gamma.version_text: \"\"\n\
             cluster_manager.cds.update_rejected: 2\ncluster_manager.cds.update_failure: 1\n\
             cluster_manager.warming_clusters: 3\ncluster.shop/cart/80.version_text: \"e\"\n\
             cluster_manager.cds.update_duration: No recorded values\n",
        );
        assert_eq!(taken.version(CLUSTERS), Some("c1"));
        assert_eq!(taken.version("rds.gamma"), Some(""));
        assert_eq!(taken.version("rds.other"), None);
        assert_eq!(taken.version(&of_endpoints("shop/cart/80")), Some("e"));
        assert_eq!(taken.refused(CLUSTERS), 3);
        assert_eq!(taken.refused(FILTER), 0);
        assert_eq!(taken.warming(), 3);
    }

    #[test]
    fn an_address_for_all_is_asked_on_this_machine() {
        let asked = |address: &str| Admin::new(address.parse().unwrap()).map(|a| a.address());
        assert_eq!(asked("0.0.0.0:9901"), "127.0.0.1:9901".parse().ok());
        assert_eq!(asked("[::]:9901"), "[::1]:9901".parse().ok());
        assert_eq!(asked("10.0.0.1:9901"), "10.0.0.1:9901".parse().ok());
        assert_eq!(asked("127.0.0.1:0"), None);
    }
}
