//! Remembers the objects that were left out: what refers to one of them would be said to be wrong again.

use crate::{
    LeftOut,
    model::ServiceKind,
    source::Spanned,
    yaml::{Content, Node},
};

/// What is known of an object of some kind that was not read, if it has a name.
pub(super) fn of(kind: &str, object: &Node, default_namespace: &str) -> Option<LeftOut> {
    let metadata = object.get("metadata")?;
    let text = |name| metadata.get(name).and_then(Node::as_str);
    let labels = match metadata.get("labels").map(|labels| &labels.content) {
        Some(Content::Mapping(members)) => members
            .iter()
            .filter_map(|label| Some((label.key.clone(), label.value.as_str()?.into())))
            .collect(),
        _ => Vec::new(),
    };
    Some(LeftOut {
        kind: kind.into(),
        namespace: text("namespace")
            .filter(|namespace| !namespace.is_empty())
            .unwrap_or(default_namespace)
            .into(),
        name: text("name")?.into(),
        labels,
    })
}

/// What the text of a document that is no YAML seems to define.
pub(super) fn guessed(text: &str, default_namespace: &str) -> Option<LeftOut> {
    let (kind, _) = value(text, "kind")?;
    let metadata = &text[text.find("metadata")?..];
    let (name, _) = value(metadata, "name")?;
    // That of something the object refers to comes later than the name, and not at once.
    let namespace = value(metadata, "namespace").filter(|(_, at)| *at < 200);
    Some(LeftOut {
        kind: kind.into(),
        namespace: namespace.map_or(default_namespace, |(text, _)| text).into(),
        name: name.into(),
        labels: Vec::new(),
    })
}

/// The name after `key:`, and where it stands.
fn value<'t>(text: &'t str, key: &str) -> Option<(&'t str, usize)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    text.match_indices(key).find_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(is_name) {
            return None;
        }
        let after = text[at + key.len()..].trim_start_matches(['"', '\'']);
        let after = after.trim_start_matches(' ').strip_prefix(':')?;
        let after = after.trim_start_matches([' ', '"', '\'']);
        let end = after.find(|c| !is_name(c)).unwrap_or(after.len());
        (end > 0).then_some((&after[..end], at))
    })
}

/// What is left out of two objects of one name.
pub(super) fn second(kind: &str, namespace: &str, name: &Spanned<String>) -> LeftOut {
    LeftOut {
        kind: kind.into(),
        namespace: namespace.into(),
        name: name.value.clone(),
        labels: Vec::new(),
    }
}

impl LeftOut {
    /// The kind of Service that it would be.
    pub fn service_kind(&self) -> Option<ServiceKind> {
        match &*self.kind {
            "Service" => Some(ServiceKind::Service),
            "ServiceImport" => Some(ServiceKind::ServiceImport),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_documents_still_have_names() {
        let table = [
            (
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec: [",
                Some(("Service", "shop", "web")),
            ),
            (
                "kind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}",
                Some(("Service", "default", "web")),
            ),
            (
                r#"{"kind": "Service", "metadata": {"namespace": "shop", "name": "web"}, "spec": {"#,
                Some(("Service", "shop", "web")),
            ),
            ("kind: Service\nspec: [", None),
            ("metadata: {name: a}\n", None),
            ("a: [", None),
        ];
        for (text, expected) in table {
            let found = guessed(text, "default");
            let found = found.as_ref().map(|f| (&*f.kind, &*f.namespace, &*f.name));
            assert_eq!(found, expected, "{text}");
        }
    }
}
