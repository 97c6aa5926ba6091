//! Which backend is meant.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// Which Service port a backend stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Namespace of the Service.
    pub namespace: String,
    /// Name of the Service.
    pub service: String,
    /// Port of the Service (not the one that is listened on).
    pub port: u16,
}

impl Identity {
    /// The backend for `port` of the Service `service` in `namespace`.
    pub fn new(namespace: impl Into<String>, service: impl Into<String>, port: u16) -> Self {
        Self {
            namespace: namespace.into(),
            service: service.into(),
            port,
        }
    }
}

/// `namespace/service:port`, as `x-echo-backend` has it.
impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}:{}", self.namespace, self.service, self.port)
    }
}

impl std::str::FromStr for Identity {
    type Err = anyhow::Error;

    /// `namespace/service:port`, as in `x-echo-backend`.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let parts = || {
            let (namespace, rest) = text.split_once('/')?;
            let (service, port) = rest.rsplit_once(':')?;
            Some(Self::new(namespace, service, port.parse().ok()?))
        };
        parts().with_context(|| format!("`{text}` is no backend"))
    }
}
