//! The manifests that a conversion writes.

use gamma_manifest::{
    source::{Sources, Span},
    write_yaml,
};
use serde_json::{Value, json};

use crate::route::{self, List, RouteRule};

/// The objects in the order in which they are applied.
#[derive(Debug, Default)]
pub(crate) struct WrittenObjects {
    /// Services and ReferenceGrants.
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
    /// The files: Services and grants first, then routes, each by namespace.
    pub(crate) fn files(&mut self, sources: &Sources) -> Vec<WrittenFile> {
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
        for object in &self.services {
            let namespace = key(object).0.unwrap_or_default();
            add(
                &mut files,
                "01-services",
                &namespace,
                &write_yaml(object, ""),
            );
        }
        for route in &self.routes {
            add(
                &mut files,
                "02-routes",
                &route.namespace,
                &route.text(sources),
            );
        }
        files
    }
}

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
    /// The name of each rule, if it has one.
    pub(crate) fn rule_names(&self) -> Vec<Option<String>> {
        let mut names: Vec<Option<String>> = Vec::new();
        for rule in &self.rules {
            let name = rule.name.as_ref().map(|name| free(name, &names));
            names.push(name);
        }
        names
    }

    /// With a comment above each rule that says where it comes from.
    fn text(&self, sources: &Sources) -> String {
        let head = json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": self.name, "namespace": self.namespace},
            "spec": {"parentRefs": self.parents},
        });
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
