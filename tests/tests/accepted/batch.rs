//! A batch: cases that are compiled together, and the config that comes of them.

use anyhow::{Context, Result};
use fastrand::Rng;
use gamma_compile::{ClusterNaming, Options, compile};
use gamma_config::Config;
use gamma_envoy::{AccessLog, EnvoyOptions, bootstrap};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};
use gamma_random::{once_in, pick};
use gamma_router::Router;
use gamma_testbed::{
    envoy::{Bootstrap, validate},
    repository,
    stage::wasm,
};
use serde_json::Value;

use crate::{Counts, cases::Case};

/// How a batch is compiled.
pub(crate) fn options(rng: &mut Rng) -> Options {
    Options {
        client_namespace: once_in(rng, 2).then(|| "shop-0".into()),
        honor_hostnames: once_in(rng, 2),
        cluster_names: pick(rng, &["standalone", "standalone", "istio"])
            .parse::<ClusterNaming>()
            .expect("a scheme that is known"),
        metrics: rng.bool(),
        ..Options::default()
    }
}

/// What came of the manifests of some cases.
pub(crate) struct Batch {
    config: Config,
    bootstrap: Value,
    errors: usize,
}

impl Batch {
    /// Reads and compiles `cases`; what is wrong is left out, as `gammactl check` says.
    pub(crate) fn of(cases: &[Case], options: &Options) -> Self {
        let mut sources = Sources::default();
        // A file each: damage to a text must not reach the next document.
        for case in cases {
            for document in &case.documents {
                sources.add("manifest.yaml", document.as_str());
            }
        }
        let mut diagnostics = Diagnostics::default();
        let manifests = decode(&sources, "default", &mut diagnostics);
        let config = compile(&manifests, options, &mut diagnostics);
        gamma_compile::lint(&manifests, options, &mut diagnostics);
        let errors = diagnostics
            .iter()
            .filter(|d| d.code.severity == Severity::Error);
        let envoy = EnvoyOptions {
            listen: vec!["127.0.0.1:10000".parse().expect("an address")],
            capture: vec!["127.0.0.1:15001".parse().expect("an address")],
            admin: None,
            wasm: wasm().display().to_string(),
            mirror_host_suffix: false,
            // Any file of certificates, for machines that have none of their own.
            system_certificates: repository::path("tests/random/src/ca.pem")
                .display()
                .to_string(),
            // All that the log for all has, and more.
            access_log: AccessLog::Errors,
        };
        Self {
            errors: errors.count(),
            bootstrap: bootstrap(&manifests, &config, options, &envoy),
            config,
        }
    }

    /// Whether the filter and Envoy take the config.
    pub(crate) fn check(&self) -> Result<()> {
        let text = serde_json::to_string(&self.config)?;
        let config =
            gamma_config::parse(text.as_bytes()).context("the filter refuses the config")?;
        Router::new(&config, "shop-0").context("the router refuses the config")?;
        validate(Bootstrap::Text(&self.bootstrap.to_string()))
    }

    /// How many there are of everything.
    pub(crate) fn counts(&self, cases: &[Case]) -> Counts {
        let clusters = self.bootstrap["static_resources"]["clusters"].as_array();
        let clusters = clusters.map_or(&[][..], Vec::as_slice);
        let tables = self
            .config
            .services
            .iter()
            .flat_map(|service| &service.ports)
            .flat_map(|port| port.producer.iter().chain(port.consumers.values()));
        let endpoints = |cluster: &Value| {
            let localities = cluster["load_assignment"]["endpoints"].as_array();
            let lists = localities.into_iter().flatten();
            lists
                .filter_map(|locality| Some(locality["lb_endpoints"].as_array()?.len()))
                .sum::<usize>()
        };
        Counts {
            manifests: cases.iter().map(|case| case.documents.len()).sum(),
            damaged: cases.iter().map(|case| case.damaged).sum(),
            errors: self.errors,
            rules: tables.map(|table| table.rules.len()).sum(),
            clusters: clusters.len(),
            dns: clusters
                .iter()
                .filter(|c| c["type"] == "STRICT_DNS")
                .count(),
            tls: clusters
                .iter()
                .filter(|c| !c["transport_socket"].is_null())
                .count(),
            endpoints: clusters.iter().map(endpoints).sum(),
        }
    }
}
