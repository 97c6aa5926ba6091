//! What is made of the objects of a cluster: objects for Istio, and what is said on each route.

use gamma_compile::{
    self as compile, Attachment, ClusterNaming, Compilation, Memo, TlsToBackends,
    status::StatusMemo,
};
use gamma_config::Config;
use gamma_envoy::istio::{self, INSTANCE_LABEL, IstioObject, IstioOptions, Scope};
use gamma_manifest::{
    LiveObjects, Manifests,
    diagnostic::{Diagnostics, Severity},
};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use crate::{
    options::ControllerOptions,
    rollout::{Rollout, revision},
    store::Name,
};

/// Everything that a release depends on besides the objects.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    compile: compile::Options,
    /// Of the objects for all sidecars. Without them they get no module yet.
    stable: Option<IstioOptions>,
    scope: Scope,
    trial: Option<Trial>,
    controller_name: String,
}

/// A module that some sidecars get before all others.
#[derive(Debug, Clone)]
struct Trial {
    istio: IstioOptions,
    scope: Scope,
    /// The name of the config that comes with it.
    revision: String,
    /// What it has in common with the objects for all sidecars.
    instance: String,
}

/// Entries of `status.parents`, by kind and name of the route.
pub(crate) type Parents = BTreeMap<(&'static str, Name), Arc<[Value]>>;

/// What was read and compiled for the last release, so that what did not change since is taken from there.
#[derive(Debug, Default)]
pub(crate) struct ReleaseMemo {
    objects: LiveObjects,
    tables: Memo,
}

/// What the cluster's routes mean, at one time.
#[derive(Debug, Default)]
pub(crate) struct Release {
    /// An EnvoyFilter and WasmPlugins, in the order in which they are to be applied.
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
            .map_or(&[], |parents| parents)
    }
}

impl Recipe {
    pub(crate) fn new(options: &ControllerOptions, rollout: Rollout) -> Self {
        let scope = |namespace: &str| Scope::Mesh {
            root_namespace: namespace.into(),
        };
        let (stable, trial) = match rollout {
            Rollout::Whole(image) => (Some(image), None),
            Rollout::Trial {
                canary,
                module,
                stable,
            } => {
                let name = format!("{}-canary", options.name);
                let trial = Trial {
                    revision: revision(&module),
                    istio: IstioOptions {
                        selector: canary.selector.into_iter().collect(),
                        // Before the other filter, which lets pass what this one has decided.
                        priority: Some(1),
                        ..IstioOptions::new(name, module)
                    },
                    scope: scope(&canary.namespace),
                    instance: options.name.clone(),
                };
                (stable, Some(trial))
            }
        };
        Self {
            compile: compile::Options {
                cluster_names: ClusterNaming::Istio,
                cluster_domain: options.cluster_domain.clone(),
                require_reference_grants: options.require_reference_grants,
                tls_to_backends: TlsToBackends::Proxy,
                response_metrics: options.response_metrics,
                ..compile::Options::default()
            },
            stable: stable.map(|image| IstioOptions::new(&*options.name, image)),
            scope: scope(&options.root_namespace),
            trial,
            controller_name: options.controller_name.clone(),
        }
    }

    /// A route for all sidecars, and a filter for those that get one.
    fn objects(&self, needed: &Config) -> Vec<IstioObject> {
        let mut objects = Vec::new();
        if let Some(options) = &self.stable {
            let mut needed = Cow::Borrowed(needed);
            if self.trial.is_some() {
                // The module that the others keep may be older than this setting, and refuse it.
                needed.to_mut().settings.response_metrics = false;
            }
            objects = istio::objects(&needed, &self.scope, options);
        }
        if let Some(trial) = &self.trial {
            let mut needed = needed.clone();
            needed.settings.revision = Some(trial.revision.clone());
            let mut pair = istio::objects(&needed, &trial.scope, &trial.istio);
            if self.stable.is_some() {
                // Its sidecars have the route from the others' objects.
                pair.remove(0);
            }
            for object in &mut pair {
                object.0["metadata"]["labels"][INSTANCE_LABEL] = trial.instance.as_str().into();
            }
            objects.extend(pair);
        }
        objects
    }

    /// Compiles `texts`, each of which is an object and has its name. What is to be said on routes can wait
    /// until sidecars are told.
    /// `kept` is of the last time.
    pub(crate) fn make(
        &self,
        texts: &[(String, Arc<str>)],
        kept: &mut ReleaseMemo,
    ) -> (Release, StatusSource) {
        let mut diagnostics = Diagnostics::default();
        let texts = texts.iter().map(|(name, text)| (&**name, &**text));
        let manifests = kept.objects.decode(texts, "default", &mut diagnostics);
        let sources = kept.objects.sources();
        let Compilation {
            config,
            attachments,
            ..
        } = compile::recompilation(
            &manifests,
            &self.compile,
            &mut kept.tables,
            &mut diagnostics,
        );
        let needed = istio::needed(config, &self.scope, &[]);
        let objects = self.objects(&needed);
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
            _config: needed,
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
    _config: Config,
}

impl StatusSource {
    /// The entries of `status.parents` of each route. `kept` has what was said the last time.
    pub(crate) fn parents(&self, kept: &mut StatusMemo) -> Parents {
        let said = kept.parents(
            &self.manifests,
            &self.attachments,
            &self.diagnostics,
            &self.controller_name,
        );
        let parents = said.into_iter().map(|of| {
            let metadata = &of.route.metadata;
            let name = (metadata.namespace.clone(), metadata.name.value.clone());
            ((of.route.kind.as_str(), name), of.parents)
        });
        parents.collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn recipe() -> Recipe {
        let image = "oci://registry.example.com/gamma:1";
        let options = ControllerOptions::parse_from(["gamma-controller", "--image", image]);
        Recipe::new(&options, Rollout::Whole(image.parse().unwrap()))
    }

    /// Services and routes for them, each there or not and with this or that, by the bits of `state`.
    fn texts(mut state: u64) -> Vec<(String, Arc<str>)> {
        let mut bit = || {
            // Knuth's MMIX.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 63 == 1
        };
        let mut texts = Vec::new();
        for name in ["a", "b", "c", "d"] {
            if bit() || bit() {
                let port = if bit() { "80" } else { "many" };
                let text = format!(
                    "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n\
                     spec: {{ports: [{{port: {port}}}]}}\n"
                );
                texts.push((format!("Service/shop/{name}"), text.into()));
            }
            for route in ["first", "second"] {
                if bit() {
                    let to = if bit() { "a" } else { "d" };
                    let path = if bit() { "/x" } else { "/y" };
                    let text = format!(
                        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
                         metadata: {{name: {name}-{route}, namespace: shop}}\nspec:\n  \
                         parentRefs: [{{group: '', kind: Service, name: {name}}}]\n  \
                         rules: [{{matches: [{{path: {{value: {path}}}}}], backendRefs: [{{name: {to}, port: 80}}]}}]\n"
                    );
                    texts.push((format!("HTTPRoute/shop/{name}-{route}"), text.into()));
                }
            }
        }
        texts
    }

    #[test]
    fn what_is_kept_from_the_last_time_makes_no_difference() {
        let recipe = recipe();
        let (mut kept, mut said) = (ReleaseMemo::default(), StatusMemo::default());
        let mut routed = 0;
        for state in 0..300 {
            let texts = texts(state);
            let (with, statuses_with) = recipe.make(&texts, &mut kept);
            let (without, statuses_without) = recipe.make(&texts, &mut ReleaseMemo::default());
            assert_eq!(with.objects, without.objects, "{texts:#?}");
            let statuses = statuses_with.parents(&mut said);
            let anew = statuses_without.parents(&mut StatusMemo::default());
            assert_eq!(statuses, anew);
            let sorted = |mut findings: Vec<String>| {
                findings.sort();
                findings
            };
            assert_eq!(sorted(with.findings), sorted(without.findings));
            routed += statuses.len();
        }
        assert!(routed > 300, "{routed}");
    }
}
