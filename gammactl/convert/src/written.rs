//! The manifests that a conversion writes.

use gamma_manifest::{
    source::{Sources, Span},
    write_yaml,
};
use serde_json::{Value, json};

use crate::{
    options::DataPlane,
    route::{self, List, RouteRule},
};

/// The objects in the order in which they are applied.
#[derive(Debug, Default)]
pub(crate) struct WrittenObjects {
    /// Services and ReferenceGrants, and DestinationRules for Services.
    pub(crate) services: Vec<Value>,
    pub(crate) routes: Vec<WrittenRoute>,
    /// What the routes were made of.
    pub(crate) lists: Vec<List>,
}

/// An HTTPRoute.
#[derive(Debug)]
pub(crate) struct WrittenRoute {
    pub(crate) name: String,
    pub(crate) namespace: String,
    /// Kind and name of what it is made of.
    pub(crate) source: String,
    /// `parentRefs`.
    pub(crate) parents: Vec<Value>,
    pub(crate) rules: Vec<RouteRule>,
}

/// A file of a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its place in the output directory.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl WrittenObjects {
    /// The files: Services and grants first, then routes, then what is said of connections; each by namespace.
    pub(crate) fn files(&mut self, sources: &Sources, data_plane: DataPlane) -> Vec<WrittenFile> {
        let key = |object: &Value| {
            let text = |path: &str| {
                object
                    .pointer(path)
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            (
                text("/metadata/namespace"),
                text("/kind"),
                text("/metadata/name"),
            )
        };
        // Services before the grants for them.
        self.services.sort_by_key(|object| {
            let (namespace, kind, name) = key(object);
            (namespace, std::cmp::Reverse(kind), name)
        });
        self.routes
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        let mut files: Vec<WrittenFile> = Vec::new();
        let of_folder = |folder: &'static str, files: &mut Vec<WrittenFile>| {
            for object in &self.services {
                let (namespace, kind, _) = key(object);
                let is_policy = kind.as_deref() == Some("DestinationRule");
                if is_policy == (folder == POLICIES) {
                    let namespace = namespace.unwrap_or_default();
                    add(files, folder, &namespace, &write_yaml(object, ""));
                }
            }
        };
        of_folder(SERVICES, &mut files);
        for route in &self.routes {
            add(
                &mut files,
                ROUTES,
                &route.namespace,
                &route.text(sources, data_plane),
            );
        }
        of_folder(POLICIES, &mut files);
        files
    }
}

/// Services and ReferenceGrants.
pub(crate) const SERVICES: &str = "01-services";
/// HTTPRoutes.
pub(crate) const ROUTES: &str = "02-routes";
/// DestinationRules.
pub(crate) const POLICIES: &str = "03-policies";

fn add(files: &mut Vec<WrittenFile>, folder: &str, namespace: &str, document: &str) {
    let path = format!("{folder}/{namespace}.yaml");
    match files.iter_mut().find(|file| file.path == path) {
        Some(file) => {
            file.text.push_str("---\n");
            file.text.push_str(document);
        }
        None => files.push(WrittenFile {
            path,
            text: document.to_owned(),
        }),
    }
}

impl WrittenRoute {
    /// Namespace and name of each Service that it is attached to.
    pub(crate) fn services(&self) -> impl Iterator<Item = (String, String)> {
        self.parents.iter().filter_map(|parent| {
            let text = |member: &str| parent[member].as_str().map(str::to_owned);
            let namespace = text("namespace").unwrap_or_else(|| self.namespace.clone());
            Some((namespace, text("name")?))
        })
    }

    /// The names of its rules, each once.
    pub(crate) fn rule_names(&self) -> Vec<Option<String>> {
        let mut names: Vec<Option<String>> = Vec::new();
        for rule in &self.rules {
            let name = rule.name.as_ref().map(|name| free(name, &names));
            names.push(name);
        }
        names
    }

    /// With a comment above each rule that says where it comes from.
    fn text(&self, sources: &Sources, data_plane: DataPlane) -> String {
        let mut head = json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": self.name, "namespace": self.namespace},
            "spec": {"parentRefs": self.parents},
        });
        if data_plane == DataPlane::Istio {
            // A revision that no istiod has: only the filter obeys the route.
            head["metadata"]["labels"] = json!({"istio.io/rev": "gamma"});
        }
        let mut text = write_yaml(&head, &format!("from {}", self.source));
        text.push_str("  rules:\n");
        for (rule, name) in self.rules.iter().zip(self.rule_names()) {
            text.push_str(&format!("    # {}\n", places(&rule.spans, sources)));
            let rule = json!({"rule": [route::rule(rule, name.as_deref())]});
            let rule = write_yaml(&rule, "");
            let lines = rule.lines().skip(1);
            lines.for_each(|line| text.push_str(&format!("  {line}\n")));
        }
        text
    }
}

/// "name … must be unique within the route".
fn free(name: &str, taken: &[Option<String>]) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let is_free = |free: &String| !taken.iter().flatten().any(|taken| taken == free);
    names.find(is_free).unwrap_or_default()
}

/// Where the matches of a rule come from, each line once.
fn places(spans: &[Span], sources: &Sources) -> String {
    let mut places: Vec<String> = Vec::new();
    for span in spans {
        let (line, _) = sources.line_column(*span);
        let place = format!("{}:{line}", sources.of(*span).name);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    format!("from {}", places.join(", "))
}
