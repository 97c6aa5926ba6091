//! Manifests on stage: an echo backend behind every Service port, and a real Envoy with the filter
//! in front of them.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use gamma_compile::{self as compile, compile};
use gamma_config::Config;
use gamma_envoy::{AccessLog, EnvoyOptions, bootstrap, system_certificates};
use gamma_manifest::{
    AddressType, Endpoint, EndpointAddress, EndpointPort, EndpointSlice, Manifests, Metadata,
    Service, ServiceKind,
    diagnostic::Diagnostics,
    source::{Span, Spanned},
};

use crate::{
    echo::{Echo, Identity},
    envoy::{Bootstrap, Envoy, Options},
    repository,
};

/// A label by which a manifest asks for a Service without ready endpoints.
pub const NO_ENDPOINTS: &str = "gamma.test/no-endpoints";

/// Any free port.
const LOCALHOST: [SocketAddr; 1] = [SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)];

/// Echo backends, and manifests whose EndpointSlices lead to them.
#[derive(Debug)]
pub struct Backends {
    /// One per Service port. They stop when dropped.
    pub echoes: Vec<Echo>,
    /// The manifests with these endpoints instead of their own.
    pub manifests: Manifests,
}

/// A running Envoy in front of backends.
#[derive(Debug)]
pub struct Stage {
    /// What the filter was given.
    pub config: Config,
    envoy: Envoy,
    address: SocketAddr,
}

impl Backends {
    /// Starts a backend for every TCP port of every Service.
    ///
    /// # Errors
    ///
    /// No socket or thread to be had.
    pub fn start(manifests: &Manifests) -> Result<Self> {
        let mut manifests = manifests.clone();
        let mut echoes = Vec::new();
        let mut slices = Vec::new();
        for service in &manifests.services {
            for port in service.ports.iter().filter(|port| port.protocol == "TCP") {
                let Metadata {
                    namespace, name, ..
                } = &service.metadata;
                let name = match service.kind {
                    ServiceKind::Service => name.value.clone(),
                    // As in the names of clusters.
                    ServiceKind::ServiceImport => format!("{}.clusterset", name.value),
                };
                let identity = Identity::new(namespace, name, port.port);
                let echo = Echo::start(identity)?;
                slices.push(slice(service, &port.name, echo.address()));
                echoes.push(echo);
            }
        }
        manifests.endpoint_slices = slices;
        Ok(Self { echoes, manifests })
    }

    /// Lets every port of the Service `service`, in whichever namespace, be served at `address`
    /// instead of by an echo backend.
    pub fn replace(&mut self, service: &str, address: SocketAddr) {
        let served = self.manifests.endpoint_slices.iter_mut();
        for slice in served.filter(|slice| slice.metadata.name.value == service) {
            slice.endpoints = vec![endpoint(address, true)];
            for port in &mut slice.ports {
                port.number = Some(address.port());
            }
        }
    }
}

fn slice(service: &Service, port_name: &str, address: SocketAddr) -> EndpointSlice {
    let ready = !service
        .metadata
        .labels
        .iter()
        .any(|(key, _)| key == NO_ENDPOINTS);
    let label = match service.kind {
        ServiceKind::Service => "kubernetes.io/service-name",
        ServiceKind::ServiceImport => "multicluster.kubernetes.io/service-name",
    };
    let label = (label.into(), service.metadata.name.value.clone());
    EndpointSlice {
        metadata: Metadata {
            labels: vec![label],
            ..service.metadata.clone()
        },
        address_type: Spanned {
            value: AddressType::Ipv4,
            span: service.metadata.name.span,
        },
        ports: vec![EndpointPort {
            name: port_name.into(),
            number: Some(address.port()),
            protocol: "TCP".into(),
            span: service.metadata.name.span,
        }],
        endpoints: vec![endpoint(address, ready)],
        left_out: 0,
    }
}

fn endpoint(address: SocketAddr, ready: bool) -> Endpoint {
    Endpoint {
        address: Spanned {
            value: EndpointAddress::Ip(address.ip()),
            span: Span {
                file: 0,
                start: 0,
                end: 0,
            },
        },
        ready,
        serving: ready,
        terminating: false,
        target: None,
    }
}

impl Stage {
    /// Compiles the manifests and starts Envoy on a free port.
    ///
    /// # Errors
    ///
    /// There is no filter or no Envoy, or Envoy refuses the bootstrap.
    pub fn start(
        manifests: &Manifests,
        options: &compile::Options,
        wasm: &Path,
        envoy: &Options,
    ) -> Result<Self> {
        Self::start_at(&LOCALHOST, manifests, options, wasm, envoy)
    }

    /// The same with an access log about other requests than all.
    ///
    /// # Errors
    ///
    /// As [`Stage::start`].
    pub fn start_logging(
        access_log: AccessLog,
        manifests: &Manifests,
        options: &compile::Options,
        wasm: &Path,
        envoy: &Options,
    ) -> Result<Self> {
        Self::start_with(&LOCALHOST, access_log, manifests, options, wasm, envoy)
    }

    /// The same on addresses of the caller's choice; the first is [`Stage::address`].
    ///
    /// # Errors
    ///
    /// As [`Stage::start`].
    pub fn start_at(
        listen: &[SocketAddr],
        manifests: &Manifests,
        options: &compile::Options,
        wasm: &Path,
        envoy: &Options,
    ) -> Result<Self> {
        Self::start_with(listen, AccessLog::All, manifests, options, wasm, envoy)
    }

    fn start_with(
        listen: &[SocketAddr],
        access_log: AccessLog,
        manifests: &Manifests,
        options: &compile::Options,
        wasm: &Path,
        envoy: &Options,
    ) -> Result<Self> {
        ensure!(
            wasm.is_file(),
            "{} is missing: run `make build`",
            wasm.display()
        );
        let config = compile(manifests, options, &mut Diagnostics::default());
        let bootstrap = bootstrap(
            manifests,
            &config,
            options,
            &EnvoyOptions {
                listen: listen.to_vec(),
                capture: Vec::new(),
                admin: Some((Ipv4Addr::LOCALHOST, 0).into()),
                wasm: wasm.to_str().context("the path of the filter")?.into(),
                mirror_host_suffix: false,
                system_certificates: system_certificates().into(),
                access_log,
            },
        );
        let envoy = Envoy::start(Bootstrap::Text(&bootstrap.to_string()), envoy)?;
        let first = listen.first().context("an address to listen on")?;
        let address = envoy.listener(&format!("gamma_{first}"))?;
        Ok(Self {
            config,
            envoy,
            address,
        })
    }

    /// Where requests go.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The rules of the first `count` requests, `-` for none, in the order in which they ended, as
    /// the access log has them.
    ///
    /// # Errors
    ///
    /// The log does not get that long.
    pub fn logged_rules(&self, count: usize) -> Result<Vec<String>> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let log = self.envoy.log();
            let rules = log.lines().filter_map(|line| {
                let (_, rule) = line.split_once(" rule=")?;
                Some(rule.split(' ').next()?.to_owned())
            });
            let rules: Vec<String> = rules.collect();
            if rules.len() >= count {
                return Ok(rules);
            }
            let found = rules.len();
            ensure!(
                Instant::now() < deadline,
                "{found} of {count} requests logged"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The Envoy.
    #[must_use]
    pub fn envoy(&self) -> &Envoy {
        &self.envoy
    }
}

/// The filter as built by `make build`, or the one that `$GAMMA_WASM` names.
#[must_use]
pub fn wasm() -> PathBuf {
    std::env::var_os("GAMMA_WASM")
        .map_or_else(|| repository::path("dist/gamma-filter.wasm"), PathBuf::from)
}
