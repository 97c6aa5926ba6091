//! What `gammactl nginx` writes for manifests.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use anyhow::Result;
use gamma_bake::bake;
use gamma_compile::{self as compile};
use gamma_config::{BAKED_MARKER, HostKind};
use gamma_interpreter::{Code, Hosted, modules, profile::NGINX};
use gamma_manifest::{Manifests, diagnostic::Diagnostics};
use gamma_nginx::{NginxOptions, Plan};
use gamma_testbed::stage::Backends;

/// A module with its config, and the text around it.
pub(crate) struct Generated {
    pub(crate) module: Vec<u8>,
    pub(crate) module_name: String,
    pub(crate) conf: String,
    /// Name and content of the file with certificates, if there is one.
    pub(crate) certificates: Option<(String, String)>,
}

impl Generated {
    pub(crate) fn new(
        backends: &Backends,
        options: &compile::Options,
        listen: SocketAddr,
    ) -> Result<Self> {
        Self::of(&backends.manifests, options, listen, "/etc/nginx/gamma")
    }

    pub(crate) fn of(
        manifests: &Manifests,
        options: &compile::Options,
        listen: SocketAddr,
        directory: &str,
    ) -> Result<Self> {
        let options = compile::Options {
            host: Some(HostKind::Nginx),
            host_is_generated: true,
            ..options.clone()
        };
        let config = compile::compile(manifests, &options, &mut Diagnostics::default());
        // Those of Services that clients of this machine can dial.
        let addresses = manifests
            .services
            .iter()
            .flat_map(|service| &service.cluster_ips);
        let addresses: BTreeSet<IpAddr> = addresses.map(|ip| ip.value).collect();
        let local = addresses
            .into_iter()
            .filter(|ip| ip.is_loopback() && *ip != listen.ip());
        let dialled = local.map(|ip| SocketAddr::new(ip, listen.port()));
        let nginx_options = NginxOptions {
            listen: [listen].into_iter().chain(dialled).collect(),
            directory: directory.into(),
            resolver: Some("127.0.0.1:5353".into()),
            others: None,
            timeout: "60s".parse().expect("a duration"),
            system_certificates: "/etc/ssl/certs/ca-certificates.crt".into(),
            include: Vec::new(),
        };
        let mut diagnostics = Diagnostics::default();
        let plan = Plan::new(
            manifests,
            config,
            &options,
            &nginx_options,
            &mut diagnostics,
        );
        let module = bake(&modules::compat()?, &serde_json::to_vec(&plan.config)?)?;
        let module_name = Plan::module_name(&module);
        let conf = gamma_nginx::conf(&plan, &module_name);
        let certificates = plan.certificates.and_then(|certificates| certificates.pem);
        Ok(Self {
            module,
            module_name,
            conf,
            certificates,
        })
    }

    /// The module in the profile of nginx, configured as the text does.
    pub(crate) fn hosted(&self) -> Result<Hosted> {
        Hosted::start(&Code::new(&self.module)?, NGINX, BAKED_MARKER)
    }
}
