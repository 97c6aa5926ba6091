//! The objects of the input, whatever API they are of.

use std::cell::OnceCell;

use gamma_manifest::{
    Timestamp,
    diagnostic::{Diagnostics, codes},
    source::{Sources, Spanned},
    yaml::{self, Dialect, Field, Meaning, Node, ObjectReader},
};
use serde_json::{Map, Value};

use crate::{findings::Findings, leaves::ReadLeaves};

/// An object that is not read yet.
#[derive(Debug, Clone)]
pub(crate) struct SourceObject {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) node: Node,
    /// What was read of it; unset as long as nobody reads objects of its kind.
    pub(crate) read: OnceCell<ReadLeaves>,
}

impl SourceObject {
    pub(crate) fn group(&self) -> &str {
        self.api_version
            .rsplit_once('/')
            .map_or("", |(group, _)| group)
    }

    /// Whether somebody read it and made nothing of it.
    pub(crate) fn is_left_out(&self) -> bool {
        self.read.get().is_some_and(ReadLeaves::is_nothing)
    }

    /// Kind, namespace and name, as people say it: `VirtualService shop/cart`.
    pub(crate) fn title(&self, default_namespace: &str) -> String {
        let (namespace, name) = self.name(default_namespace);
        format!("{} {namespace}/{name}", self.kind)
    }

    /// Namespace and name.
    pub(crate) fn name<'o>(&'o self, default_namespace: &'o str) -> (&'o str, &'o str) {
        let metadata = self.node.get("metadata");
        let text = |name: &str| {
            let text = metadata.and_then(|metadata| metadata.get(name)?.as_str());
            text.filter(|text| !text.is_empty())
        };
        (
            text("namespace").unwrap_or(default_namespace),
            text("name").unwrap_or("?"),
        )
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
        read: OnceCell::new(),
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
    /// Namespace and name.
    pub(crate) fn key(&self) -> (String, String) {
        (self.namespace.clone(), self.name.value.clone())
    }

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

/// A value as JSON.
pub(crate) fn value(node: &Node) -> Value {
    match &node.content {
        yaml::Content::Sequence(items) => items.iter().map(value).collect(),
        yaml::Content::Mapping(members) => {
            let members = members
                .iter()
                .map(|member| (member.key.clone(), value(&member.value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        yaml::Content::Scalar(scalar) => match &scalar.meaning {
            Meaning::Boolean(boolean) => Value::from(*boolean),
            Meaning::Null => Value::Null,
            Meaning::String => Value::from(scalar.text.as_str()),
            Meaning::Integer(number) if let Ok(number) = i64::try_from(*number) => {
                Value::from(number)
            }
            // `80.0` is 80 to kubectl.
            Meaning::Float(number) if number.fract() == 0.0 => Value::from(*number as i64),
            Meaning::Float(number) => Value::from(*number),
            _ => Value::from(scalar.text.as_str()),
        },
    }
}
