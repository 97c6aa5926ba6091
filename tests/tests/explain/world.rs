//! Random routes, compiled, and who explains them.

use gamma_compile::{Options, compilation};
use gamma_explain::{
    Explainer,
    request::{HeaderLine, RequestLine, Simulated},
};
use gamma_manifest::{Manifests, decode, diagnostic::Diagnostics, source::Sources};
use gamma_random::RandomRequest;
use serde_json::{Value, json};

/// Manifests and an explainer.
pub(crate) struct World {
    pub(crate) manifests: Manifests,
    pub(crate) options: Options,
    pub(crate) explainer: Explainer,
}

impl World {
    pub(crate) fn new(objects: &[Value], client: &str) -> Self {
        // JSON is YAML.
        let text = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
        let mut sources = Sources::default();
        sources.add("-", text.as_str());
        // What is refused is left out, as everywhere.
        let manifests = decode(&sources, "default", &mut Diagnostics::default());
        let options = Options {
            client_namespace: Some(client.into()),
            ..Options::default()
        };
        let compiled = compilation(&manifests, &options, &mut Diagnostics::default());
        Self {
            explainer: Explainer::of_manifests(compiled.config, &sources, compiled.provenance),
            manifests,
            options,
        }
    }
}

pub(crate) fn simulated(request: &RandomRequest, from: &str) -> Simulated {
    Simulated {
        line: RequestLine {
            method: request.method.clone(),
            scheme: request.scheme.clone(),
            authority: request.authority.clone(),
            path: request.path.clone(),
        },
        headers: request
            .headers
            .iter()
            .map(|(name, value)| HeaderLine {
                name: name.clone(),
                value: value.clone().into_bytes(),
            })
            .collect(),
        from: Some(from.into()),
        destination: request.destination,
        now: 0,
    }
}
