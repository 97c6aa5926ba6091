//! A cluster that changes, and what is made of it.

use std::collections::BTreeMap;

use gamma_compile::{
    Attachment, Compilation, Memo, Options, RouteTableKey, compilation, recompilation,
    status::{self, StatusMemo},
};
use gamma_config::Config;
use gamma_manifest::{
    LiveObjects, Manifests,
    diagnostic::{Diagnostic, Diagnostics},
};
use serde_json::Value;

const CONTROLLER: &str = "gamma.example/controller";

/// A cluster that changes, compiled with what is known and without.
#[derive(Default)]
pub(crate) struct Cluster {
    /// By [name].
    pub(crate) objects: BTreeMap<String, Value>,
    pub(crate) options: Options,
    live: LiveObjects,
    memo: Memo,
    pub(crate) said: StatusMemo,
}

/// Everything that comes of compiling.
#[derive(Debug, PartialEq)]
struct Result {
    config: String,
    attachments: Vec<Attachment>,
    /// What stands where in the manifests, table by table.
    origins: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    parents: BTreeMap<(&'static str, String, String), Vec<Value>>,
}

impl Cluster {
    pub(crate) fn put(&mut self, object: Value) {
        self.objects.insert(name(&object), object);
    }

    /// Compiles what is there by now. Says in how many of how many tables that was work.
    pub(crate) fn compile(&mut self) -> (usize, usize) {
        let texts: Vec<(&String, String)> = self
            .objects
            .iter()
            .map(|(name, object)| (name, object.to_string()))
            .collect();
        let texts = texts.iter().map(|(name, text)| (name.as_str(), &**text));
        let mut read = Diagnostics::default();
        let manifests = self.live.decode(texts, "default", &mut read);

        let mut diagnostics = read.clone();
        let memo = &mut self.memo;
        let compiled = recompilation(&manifests, &self.options, memo, &mut diagnostics);
        let parents =
            self.said
                .parents(&manifests, &compiled.attachments, &diagnostics, CONTROLLER);
        let parents = parents.into_iter().map(|of| {
            let metadata = &of.route.metadata;
            let name = metadata.name.value.clone();
            let key = (of.route.kind.as_str(), metadata.namespace.clone(), name);
            (key, of.parents.to_vec())
        });
        let known = Result::of(&compiled, &diagnostics, parents.collect());

        let anew = from_nothing(&manifests, &self.options, read);
        assert_eq!(known, anew, "{:#?}", self.objects);
        (self.memo.tables_made(), anew.origins.len())
    }
}

fn from_nothing(manifests: &Manifests, options: &Options, mut diagnostics: Diagnostics) -> Result {
    let compiled = compilation(manifests, options, &mut diagnostics);
    let statuses = status::statuses(manifests, &compiled.attachments, &diagnostics);
    let parents = statuses.iter().map(|of| {
        let key = (of.kind.as_str(), of.namespace.clone(), of.name.clone());
        (key, status::parents(of, CONTROLLER))
    });
    Result::of(&compiled, &diagnostics, parents.collect())
}

impl Result {
    fn of(
        compiled: &Compilation,
        diagnostics: &Diagnostics,
        parents: BTreeMap<(&'static str, String, String), Vec<Value>>,
    ) -> Self {
        let origin = |key: RouteTableKey| format!("{key:?} {:?}", compiled.provenance.table(&key));
        Self {
            config: serde_json::to_string(&compiled.config).unwrap(),
            attachments: compiled.attachments.clone(),
            origins: tables(&compiled.config).into_iter().map(origin).collect(),
            diagnostics: diagnostics.iter().cloned().collect(),
            parents,
        }
    }
}

fn tables(config: &Config) -> Vec<RouteTableKey> {
    let mut keys = Vec::new();
    for service in &config.services {
        for port in &service.ports {
            let producer = port.producer.iter().map(|_| service.namespace.as_str());
            let consumers = port.consumers.keys().map(String::as_str);
            keys.extend(producer.chain(consumers).map(|routes| RouteTableKey {
                kind: service.kind,
                namespace: service.namespace.clone(),
                name: service.name.clone(),
                port: port.port,
                routes: routes.into(),
            }));
        }
    }
    keys
}

/// Kind, namespace and name.
pub(crate) fn name(object: &Value) -> String {
    let metadata = &object["metadata"];
    let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    [&object["kind"], &metadata["namespace"], &metadata["name"]]
        .map(part)
        .join("/")
}
