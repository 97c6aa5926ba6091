//! The objects of the input, whatever API they are of.

use gamma_manifest::{
    Timestamp,
    diagnostic::{Diagnostics, codes},
    source::{Sources, Spanned},
    yaml::{self, Dialect, Field, Node, ObjectReader},
};

use crate::report::Findings;

/// An object that is not read yet.
#[derive(Debug, Clone)]
pub(crate) struct SourceObject {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) node: Node,
}

impl SourceObject {
    pub(crate) fn group(&self) -> &str {
        self.api_version
            .rsplit_once('/')
            .map_or("", |(group, _)| group)
    }
}

/// The objects in `sources`, those in lists among them. What is no object is left out: it says so where manifests are checked.
pub(crate) fn objects(sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<SourceObject> {
    let mut all = Vec::new();
    for (file, source) in sources.iter() {
        for node in yaml::parse(file, &source.text, Dialect::Kubectl, diagnostics) {
            add(node, &mut all);
        }
    }
    all
}

fn add(node: Node, all: &mut Vec<SourceObject>) {
    let text = |name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
    let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
        return;
    };
    if kind.ends_with("List")
        && let Some(items) = node.get("items")
        && let yaml::Content::Sequence(items) = &items.content
    {
        items.iter().cloned().for_each(|item| add(item, all));
        return;
    }
    all.push(SourceObject {
        api_version,
        kind,
        node,
    });
}

/// The name of an object, and what decides between two.
#[derive(Debug, Clone)]
pub(crate) struct SourceMetadata {
    pub(crate) name: Spanned<String>,
    pub(crate) namespace: String,
    pub(crate) created: Option<Timestamp>,
}

impl SourceMetadata {
    /// Labels and annotations are for whoever put them there: they are not carried over.
    pub(crate) fn read(
        object: &mut ObjectReader<'_>,
        default_namespace: &str,
        findings: &mut Findings<'_>,
    ) -> Option<Self> {
        let field = object.require("metadata", findings)?;
        let mut metadata = ObjectReader::open(&field, findings)?;
        let name = metadata.require("name", findings)?.string(findings)?;
        let namespace = metadata.string("namespace", findings);
        let created = metadata.string("creationTimestamp", findings);
        let created = created.and_then(|text| {
            let time = text.value.parse();
            if time.is_err() {
                let hint = "write it as Kubernetes does: 2026-01-31T12:00:00Z";
                let message = format!("`metadata.creationTimestamp` is `{}`", text.value);
                findings.refuse(&codes::INVALID_VALUE, text.span, message, hint);
            }
            time.ok()
        });
        Some(Self {
            name,
            namespace: namespace
                .filter(|namespace| !namespace.value.is_empty())
                .map_or_else(|| default_namespace.to_owned(), |namespace| namespace.value),
            created,
        })
    }
}

/// The strings of a mapping.
pub(crate) fn strings(
    field: &Field<'_>,
    findings: &mut Findings<'_>,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    let Some(members) = field.map() else {
        let hint = "write `key: value` pairs";
        let message = format!("`{}` must be an object", field.path);
        findings.refuse(&codes::WRONG_TYPE, field.node.span, message, hint);
        return Vec::new();
    };
    let strings = members.into_iter();
    strings
        .filter_map(|(key, value)| Some((key, value.string(findings)?)))
        .collect()
}

/// The strings of a list.
pub(crate) fn texts(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    findings: &mut Findings<'_>,
) -> Vec<Spanned<String>> {
    let items = object.list(name, findings);
    items
        .iter()
        .filter_map(|item| item.string(findings))
        .collect()
}
