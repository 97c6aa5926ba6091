//! The part of a route config that the sidecars of one scope need.

use std::str::FromStr;

use gamma_compile::for_clients_in;
use gamma_config::{Config, Service};

use super::scope::Scope;

/// Services by namespace and name, as in `shop/cart`, `shop/*`, `*/cart` or `./*`, where the dot is
/// the client's own namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePattern {
    namespace: String,
    name: String,
}

/// A text that is no pattern of Services.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write NAMESPACE/NAME, either of which may be `*`; the client's own namespace is `.`")]
pub struct InvalidPattern;

impl FromStr for ServicePattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (namespace, name) = text.split_once('/').ok_or(InvalidPattern)?;
        let is_name = |part: &str| {
            let mut bytes = part.bytes();
            !part.is_empty()
                && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
        };
        let any = |part: &str| part == "*";
        if (any(namespace) || is_name(namespace)) && (any(name) || is_name(name)) {
            Ok(Self {
                namespace: namespace.into(),
                name: name.into(),
            })
        } else {
            Err(InvalidPattern)
        }
    }
}

impl std::fmt::Display for ServicePattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl ServicePattern {
    /// Whether a client in namespace `client` names `service` by it.
    #[must_use]
    pub fn fits(&self, service: &Service, client: Option<&str>) -> bool {
        let namespace = match &*self.namespace {
            "*" => true,
            "." => client.is_some_and(|client| client == service.namespace),
            namespace => namespace == service.namespace,
        };
        namespace && (self.name == "*" || self.name == service.name)
    }
}

/// What is left of `config` for the sidecars of `scope`, of the Services that any of `patterns` fits
/// (all of them, if there is none).
///
/// Ports without routes are left out: the filter then lets their requests pass, and Istio's own
/// routes, timeouts and retries apply to them as if there were no filter.
#[must_use]
pub fn needed(mut config: Config, scope: &Scope, patterns: &[ServicePattern]) -> Config {
    let client = scope.client_namespace();
    config.settings.client_namespace = None;
    config.settings.istio_sidecar = true;
    if let Some(client) = client {
        config = for_clients_in(client, config);
    }
    for service in &mut config.services {
        service
            .ports
            .retain(|port| port.producer.is_some() || !port.consumers.is_empty());
    }
    config.services.retain(|service| {
        let called = patterns.is_empty() || patterns.iter().any(|p| p.fits(service, client));
        called && !service.ports.is_empty()
    });
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(namespace: &str, name: &str) -> Service {
        Service {
            kind: gamma_config::ServiceKind::Service,
            namespace: namespace.into(),
            name: name.into(),
            hosts: Vec::new(),
            cluster_ips: Vec::new(),
            ports: Vec::new(),
        }
    }

    #[test]
    fn patterns_are_namespace_and_name() {
        let cart = service("shop", "cart");
        // Pattern, client, whether it fits.
        let table = [
            ("shop/cart", None, true),
            ("shop/*", None, true),
            ("*/cart", None, true),
            ("*/*", None, true),
            ("shop/car", None, false),
            ("web/cart", None, false),
            ("./*", Some("shop"), true),
            ("./*", Some("web"), false),
            ("./*", None, false),
        ];
        for (pattern, client, expected) in table {
            let parsed: ServicePattern = pattern.parse().unwrap();
            assert_eq!(parsed.to_string(), pattern);
            assert_eq!(parsed.fits(&cart, client), expected, "{pattern} {client:?}");
        }
        for bad in [
            "",
            "cart",
            "/",
            "shop/",
            "/cart",
            "shop/cart/80",
            "Shop/cart",
            "s*/cart",
        ] {
            assert_eq!(bad.parse::<ServicePattern>(), Err(InvalidPattern), "{bad}");
        }
    }
}
