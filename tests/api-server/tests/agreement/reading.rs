//! Reads objects as `gammactl check` does, and the objects of the Gateway API's own examples.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gamma_api_server::documents;
use gamma_compile::{Options, compile, lint};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};
use serde_json::Value;

/// The Services that random objects speak of.
const SERVICES: &str = "
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}, {name: grpc, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: shop}
spec: {clusterIP: 10.0.0.2, ports: [{name: http, port: 80}]}
";

/// The errors in an object, as they are worded; and whatever is compiled of it is a valid config.
pub(crate) fn errors(object: &Value) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("object.json", object.to_string());
    sources.add("services.yaml", SERVICES);
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "shop", &mut diagnostics);
    let options = Options::default();
    let config = compile(&manifests, &options, &mut diagnostics);
    lint(&manifests, &options, &mut diagnostics);
    config
        .validate()
        .unwrap_or_else(|error| panic!("{error}\n{object}"));
    let errors = diagnostics
        .iter()
        .filter(|d| d.code.severity == Severity::Error);
    errors
        .map(|d| format!("{} {}", d.code.id, d.message))
        .collect()
}

/// The objects of the compared kinds in the files below a folder.
pub(crate) fn objects_below(folder: &Path) -> Vec<(PathBuf, Value)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let of_path = |path: PathBuf| {
        if path.is_dir() {
            return objects_below(&path);
        }
        if path.extension().is_none_or(|extension| extension != "yaml") {
            return Vec::new();
        }
        let objects = documents(&path).into_iter();
        objects
            .filter(|object| {
                let group = object["apiVersion"].as_str().unwrap_or_default();
                group.starts_with("gateway.networking.k8s.io/")
                    && matches!(
                        object["kind"].as_str(),
                        Some("HTTPRoute" | "GRPCRoute" | "ReferenceGrant")
                    )
            })
            .map(|object| (path.clone(), object))
            .collect()
    };
    paths.into_iter().flat_map(of_path).collect()
}
