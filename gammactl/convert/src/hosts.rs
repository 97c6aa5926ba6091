//! What the hosts of Services name.

/// What a host of a VirtualService, a DestinationRule or a destination names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostName {
    /// A Service: namespace and name.
    Service(String, String),
    /// All hosts that end so, in which `*` is left out.
    Wildcard(String),
    /// No name in the cluster's own domain: only what clients have written so.
    Other,
}

impl HostName {
    /// `host` as an object in `namespace` writes it.
    ///
    /// "a short name is resolved … based on the namespace of the rule": one without a dot. `reviews.prod` stays what it is, and no
    /// Service is called so.
    pub(crate) fn of(host: &str, namespace: &str, cluster_domain: &str) -> Self {
        let host = host.to_ascii_lowercase();
        if let Some(rest) = host.strip_prefix('*') {
            return Self::Wildcard(rest.into());
        }
        if !host.contains('.') {
            return Self::Service(namespace.into(), host);
        }
        let suffix = format!(".svc.{cluster_domain}");
        let of_service = host
            .strip_suffix(&*suffix)
            .and_then(|name| name.split_once('.'));
        match of_service {
            Some((name, namespace)) if !namespace.contains('.') => {
                Self::Service(namespace.into(), name.into())
            }
            _ => Self::Other,
        }
    }

    /// How precisely it names the Service; `None` if it does not. "the most specific host wins".
    pub(crate) fn names(&self, namespace: &str, name: &str, cluster_domain: &str) -> Option<usize> {
        match self {
            Self::Service(of, is) => (of == namespace && is == name).then_some(usize::MAX),
            Self::Wildcard(suffix) => {
                let full = full_name(name, namespace, cluster_domain);
                (!suffix.is_empty() && full.ends_with(&**suffix)).then_some(suffix.len())
            }
            Self::Other => None,
        }
    }
}

/// The whole name of a Service.
pub(crate) fn full_name(name: &str, namespace: &str, cluster_domain: &str) -> String {
    format!("{name}.{namespace}.svc.{cluster_domain}")
}

#[cfg(test)]
mod tests {
    use super::HostName;

    #[test]
    fn only_names_without_a_dot_are_completed() {
        let service =
            |namespace: &str, name: &str| HostName::Service(namespace.into(), name.into());
        for (host, expected) in [
            ("reviews", service("shop", "reviews")),
            ("reviews.prod.svc.cluster.local", service("prod", "reviews")),
            ("Reviews", service("shop", "reviews")),
            ("reviews.prod", HostName::Other),
            ("reviews.prod.svc", HostName::Other),
            ("a.b.prod.svc.cluster.local", HostName::Other),
            ("example.com", HostName::Other),
            (
                "*.prod.svc.cluster.local",
                HostName::Wildcard(".prod.svc.cluster.local".into()),
            ),
        ] {
            assert_eq!(
                HostName::of(host, "shop", "cluster.local"),
                expected,
                "{host}"
            );
        }
        let wide = HostName::of("*.local", "shop", "cluster.local");
        let near = HostName::of("*.prod.svc.cluster.local", "shop", "cluster.local");
        let how = |host: &HostName| host.names("prod", "reviews", "cluster.local");
        assert!(how(&near) > how(&wide) && how(&wide).is_some());
        assert_eq!(near.names("shop", "reviews", "cluster.local"), None);
    }
}
