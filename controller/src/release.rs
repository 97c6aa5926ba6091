//! What is made of the objects of a cluster: objects for Istio, and what is said on each route.

use std::{collections::BTreeMap, sync::Arc};

use gamma_compile::{
    self as compile, Attachment, ClusterNaming, Compilation, TlsToBackends, status,
};
use gamma_config::Config;
use gamma_envoy::istio::{self, IstioOptions, Scope};
use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};
use serde_json::Value;

use crate::{options::ControllerOptions, store::Name};

/// Everything that a release depends on besides the objects.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    compile: compile::Options,
    istio: IstioOptions,
    scope: Scope,
    controller_name: String,
}

/// Entries of `status.parents`, by kind and name of the route.
pub(crate) type Parents = BTreeMap<(&'static str, Name), Vec<Value>>;

/// What the cluster's routes mean, at one time.
#[derive(Debug, Default)]
pub(crate) struct Release {
    /// An EnvoyFilter and a WasmPlugin, in the order in which they are to be applied.
    pub(crate) objects: Vec<Value>,
    /// What is to stand on each route with a Service for a parent.
    pub(crate) parents: Parents,
    /// Errors and warnings, each as a line.
    pub(crate) findings: Vec<String>,
    /// Why the objects must not be applied.
    pub(crate) refused: Option<String>,
}

impl Release {
    /// What is to stand on a route.
    pub(crate) fn own(&self, kind: &str, name: &Name) -> &[Value] {
        let kind = match kind {
            "GRPCRoute" => "GRPCRoute",
            _ => "HTTPRoute",
        };
        self.parents
            .get(&(kind, name.clone()))
            .map_or(&[], Vec::as_slice)
    }
}

impl Recipe {
    pub(crate) fn new(options: &ControllerOptions, istio: IstioOptions) -> Self {
        Self {
            compile: compile::Options {
                cluster_names: ClusterNaming::Istio,
                cluster_domain: options.cluster_domain.clone(),
                require_reference_grants: options.require_reference_grants,
                tls_to_backends: TlsToBackends::Proxy,
                ..compile::Options::default()
            },
            istio,
            scope: Scope::Mesh {
                root_namespace: options.root_namespace.clone(),
            },
            controller_name: options.controller_name.clone(),
        }
    }

    /// Compiles `texts`, each of which is an object and has its name. What is to be said on routes can wait
    /// until sidecars are told.
    pub(crate) fn make(&self, texts: &[(String, Arc<str>)]) -> (Release, StatusSource) {
        let mut sources = Sources::default();
        for (name, text) in texts {
            sources.add_live(name, &**text);
        }
        let mut diagnostics = Diagnostics::default();
        let manifests = decode(&sources, "default", &mut diagnostics);
        let Compilation {
            config,
            attachments,
            ..
        } = compile::compilation(&manifests, &self.compile, &mut diagnostics);
        let needed = istio::needed(&config, &self.scope, &[]);
        let objects = istio::objects(&needed, &self.scope, &self.istio);
        let mut sizes = Diagnostics::default();
        istio::check_sizes(&objects, &needed, false, &mut sizes);
        let too_large = sizes.iter().find(|d| d.code.severity == Severity::Error);
        let refused = too_large.map(|found| format!("{}: {}", found.code.id, found.message));
        let telling = diagnostics
            .iter()
            .filter(|found| found.code.severity < Severity::Note);
        let findings = telling.map(|found| {
            let place = found.span.map(|span| {
                let (line, _) = sources.line_column(span);
                format!("{}:{line}: ", sources.of(span).name)
            });
            let place = place.unwrap_or_default();
            format!("{place}{}: {}", found.code.id, found.message)
        });
        let release = Release {
            parents: BTreeMap::new(),
            findings: findings.collect(),
            objects: objects.into_iter().map(|object| object.0).collect(),
            refused,
        };
        let source = StatusSource {
            manifests,
            attachments,
            diagnostics,
            controller_name: self.controller_name.clone(),
            _rest: (sources, config, needed),
        };
        (release, source)
    }
}

/// What the statuses of a release are made of.
pub(crate) struct StatusSource {
    manifests: Manifests,
    attachments: Vec<Attachment>,
    diagnostics: Diagnostics,
    controller_name: String,
    /// Of no use any more, but it takes a while to free.
    _rest: (Sources, Config, Config),
}

impl StatusSource {
    /// The entries of `status.parents` of each route.
    pub(crate) fn parents(&self) -> Parents {
        let statuses = status::statuses(&self.manifests, &self.attachments, &self.diagnostics);
        let parents = statuses.iter().map(|of| {
            let key = (of.kind.as_str(), (of.namespace.clone(), of.name.clone()));
            (key, status::parents(of, &self.controller_name))
        });
        parents.collect()
    }
}
