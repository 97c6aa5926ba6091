//! The names by which people call rules and backends, and the names that the config has for them.

use std::{collections::BTreeMap, fmt};

use gamma_config::Config;
use gamma_manifest::{Manifests, suggest::nearest};

/// A cluster as a person would name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BackendName<'c> {
    /// A port of a Service.
    Port {
        namespace: &'c str,
        service: &'c str,
        port: &'c str,
    },
    /// A name that somebody else chose.
    Cluster(&'c str),
}

impl<'c> BackendName<'c> {
    /// From the name of a cluster: `namespace/service/port`, Istio's
    /// `outbound|port||service.namespace.svc.domain`, or anything else.
    pub(super) fn of(cluster: &'c str) -> Self {
        let standalone = || {
            let mut parts = cluster.split('/');
            let (namespace, service, port) = (parts.next()?, parts.next()?, parts.next()?);
            parts.next().is_none().then_some((namespace, service, port))
        };
        let istio = || {
            let (port, host) = cluster.strip_prefix("outbound|")?.split_once("||")?;
            let mut labels = host.split('.');
            let (service, namespace) = (labels.next()?, labels.next()?);
            (labels.next()? == "svc").then_some((namespace, service, port))
        };
        match standalone().or_else(istio) {
            Some((namespace, service, port)) => Self::Port {
                namespace,
                service,
                port,
            },
            None => Self::Cluster(cluster),
        }
    }

    /// Whether a case means it by `name`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        match self {
            Self::Cluster(cluster) => *cluster == name,
            Self::Port {
                namespace,
                service,
                port,
            } => {
                let (rest, number) = name.rsplit_once(':').unwrap_or((name, port));
                let (space, rest) = rest.split_once('/').unwrap_or((namespace, rest));
                number == *port && space == *namespace && rest == *service
            }
        }
    }
}

impl fmt::Display for BackendName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster(cluster) => f.write_str(cluster),
            Self::Port {
                namespace,
                service,
                port,
            } => write!(f, "{namespace}/{service}:{port}"),
        }
    }
}

/// A rule without its kind: `shop/cart/0` for `HTTPRoute/shop/cart/0`.
pub(super) fn short(rule: &str) -> &str {
    let kinds = ["HTTPRoute/", "GRPCRoute/"];
    let stripped = kinds.iter().find_map(|kind| rule.strip_prefix(kind));
    stripped.unwrap_or(rule)
}

/// All names that a case can use.
#[derive(Debug, Default)]
pub(super) struct KnownNames {
    /// Full names of rules.
    rules: Vec<String>,
    clusters: Vec<String>,
    /// From the full name with the rule's index to that with its name.
    by_index: BTreeMap<String, String>,
}

impl KnownNames {
    pub(super) fn new(config: &Config, manifests: &Manifests) -> Self {
        let mut names = Self::default();
        for port in config.services.iter().flat_map(|service| &service.ports) {
            names.clusters.push(port.cluster.clone());
            for rule in port
                .producer
                .iter()
                .chain(port.consumers.values())
                .flat_map(|table| &table.rules)
            {
                names.rules.push(format!("{}/{}", rule.route, rule.name));
                let clusters = rule.backend_refs.iter().filter_map(|b| b.cluster.clone());
                names.clusters.extend(clusters);
            }
        }
        for route in &manifests.routes {
            let (metadata, kind) = (&route.metadata, route.kind.as_str());
            let of = format!("{kind}/{}/{}", metadata.namespace, *metadata.name);
            for (index, rule) in route.rules.iter().enumerate() {
                if let Some(name) = &rule.name {
                    let full_name = format!("{of}/{}", **name);
                    names.by_index.insert(format!("{of}/{index}"), full_name);
                }
            }
        }
        names
    }

    /// Whether a case means the rule `actual`, a full name, by `expected`.
    pub(super) fn is_rule(&self, expected: &str, actual: &str) -> bool {
        let is = |full: &str| full == expected || short(full) == expected;
        let mut indices = self.by_index.iter();
        is(actual) || indices.any(|(index, name)| name == actual && is(index))
    }

    /// What to say about a rule that a case expects and does not get.
    pub(super) fn about_rule(&self, expected: &str) -> Option<String> {
        let known = self.rules.iter().chain(self.by_index.values());
        if known.clone().any(|rule| self.is_rule(expected, rule)) {
            return None;
        }
        let names = known.flat_map(|rule| [&**rule, short(rule)]);
        Some(unknown("rule", expected, nearest(expected, names)))
    }

    /// What to say about a backend that a case expects and does not get.
    pub(super) fn about_backend(&self, expected: &str) -> Option<String> {
        let backends = || self.clusters.iter().map(|cluster| BackendName::of(cluster));
        if backends().any(|backend| backend.is_named(expected)) {
            return None;
        }
        let names: Vec<String> = backends()
            .flat_map(|backend| match backend {
                BackendName::Cluster(cluster) => vec![cluster.to_owned()],
                BackendName::Port {
                    namespace, service, ..
                } => vec![
                    service.to_owned(),
                    format!("{namespace}/{service}"),
                    backend.to_string(),
                ],
            })
            .collect();
        let similar = nearest(expected, names.iter().map(String::as_str));
        Some(unknown("backend", expected, similar))
    }
}

fn unknown(what: &str, name: &str, similar: Option<&str>) -> String {
    match similar {
        Some(similar) => format!("there is no {what} `{name}`: did you mean `{similar}`?"),
        None => format!("there is no {what} `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_are_named_as_shortly_as_one_likes() {
        for (cluster, names, others) in [
            (
                "shop/cart/80",
                &["cart", "shop/cart", "shop/cart:80", "cart:80"][..],
                &["cart:81", "web/cart", "shop", "shop/cart/80x"][..],
            ),
            (
                "outbound|80||cart.shop.svc.cluster.local",
                &["cart", "shop/cart:80"],
                &["cart.shop"],
            ),
            ("cart-v1", &["cart-v1"], &["cart"]),
            ("[::1]:80", &["[::1]:80"], &["[::1]"]),
        ] {
            let backend = BackendName::of(cluster);
            for name in names {
                assert!(backend.is_named(name), "{cluster} {name}");
            }
            for name in others {
                assert!(!backend.is_named(name), "{cluster} {name}");
            }
        }
    }
}
