//! A network of containers in which this machine has an address.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};

use crate::docker::{docker, try_docker};

/// It is removed when dropped.
pub(crate) struct Network {
    /// Where containers reach this machine.
    pub(crate) host: Ipv4Addr,
}

impl Network {
    /// Its name.
    pub(crate) const NAME: &str = "gamma-docker";

    pub(crate) fn create() -> Result<Self> {
        docker(&["network", "create", Self::NAME])?;
        // Removed whatever becomes of it.
        let mut network = Self {
            host: Ipv4Addr::UNSPECIFIED,
        };
        let template = "{{(index .IPAM.Config 0).Gateway}}";
        let gateway = docker(&["network", "inspect", Self::NAME, "--format", template])?;
        network.host = gateway
            .parse()
            .with_context(|| format!("gateway `{gateway}`"))?;
        Ok(network)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = try_docker(&["network", "rm", Self::NAME]);
    }
}
