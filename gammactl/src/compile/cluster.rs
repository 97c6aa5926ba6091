//! What the proxy calls the endpoints of a Service port.

/// How cluster names are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClusterNames {
    /// `shop/cart/80`, as `gammactl envoy` defines them.
    #[default]
    Standalone,
    /// `outbound|80||cart.shop.svc.cluster.local`, as istiod defines them.
    Istio,
}

impl ClusterNames {
    /// The name for one port of one Service.
    pub fn of(self, namespace: &str, name: &str, port: u16, cluster_domain: &str) -> String {
        match self {
            Self::Standalone => format!("{namespace}/{name}/{port}"),
            Self::Istio => format!("outbound|{port}||{name}.{namespace}.svc.{cluster_domain}"),
        }
    }
}
