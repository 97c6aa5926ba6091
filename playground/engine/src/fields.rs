//! The fields of manifests, for completion and hover texts: what `fields.txt` says, which tests hold to the decoder.

use serde_json::{Map, Value, json};

use crate::answer::Unanswered;

const FIELDS: &str = include_str!("fields.txt");

/// The kinds by their names. Each has `apiVersion`, `doc` and `fields`; a field has `type` and `doc`, and `enum` or
/// `fields` where it has values or members of its own. `fields` of a list are those of its items.
pub(crate) fn schema() -> Result<Value, Unanswered> {
    let lines: Vec<FieldLine<'_>> = FIELDS.lines().filter_map(FieldLine::read).collect();
    let (shared, kinds): (Vec<_>, Vec<_>) = blocks(&lines, 0)
        .into_iter()
        .partition(|(head, _)| head.name.starts_with('&'));
    let shared: Vec<(&str, &[FieldLine<'_>])> = shared
        .iter()
        .map(|(head, body)| (head.name.trim_start_matches('&'), *body))
        .collect();
    let mut schema = Map::new();
    for (head, body) in kinds {
        let fields = members(body, 1, &shared);
        let kind = json!({"apiVersion": head.of, "doc": head.doc, "fields": fields});
        schema.insert(head.name.into(), kind);
    }
    Ok(json!({"kinds": schema}))
}

/// `name type choice|choice: what it is`, below what it is a member of.
#[derive(Debug, Clone, Copy)]
struct FieldLine<'t> {
    depth: usize,
    name: &'t str,
    /// A type, and for kinds the `apiVersion`.
    of: &'t str,
    choices: &'t str,
    doc: &'t str,
}

impl<'t> FieldLine<'t> {
    fn read(line: &'t str) -> Option<Self> {
        let written = line.trim_start();
        if written.is_empty() || written.starts_with('#') {
            return None;
        }
        let indent = line.len().saturating_sub(written.len());
        let (head, doc) = written.split_once(": ").unwrap_or((written, ""));
        let mut words = head.split_whitespace();
        Some(Self {
            depth: indent / 2,
            name: words.next()?,
            of: words.next().unwrap_or_default(),
            choices: words.next().unwrap_or_default(),
            doc,
        })
    }
}

/// The lines at `depth`, each with those below it.
fn blocks<'l, 't>(
    lines: &'l [FieldLine<'t>],
    depth: usize,
) -> Vec<(FieldLine<'t>, &'l [FieldLine<'t>])> {
    let mut blocks = Vec::new();
    let mut rest = lines;
    while let Some((head, below)) = rest.split_first() {
        let end = below.iter().position(|line| line.depth <= depth);
        let (body, next) = below.split_at(end.unwrap_or(below.len()));
        blocks.push((*head, body));
        rest = next;
    }
    blocks
}

/// The members that `lines` at `depth` describe. `&name` stands for those of the block of that name.
fn members(
    lines: &[FieldLine<'_>],
    depth: usize,
    shared: &[(&str, &[FieldLine<'_>])],
) -> Map<String, Value> {
    let mut fields = Map::new();
    for (head, body) in blocks(lines, depth) {
        if let Some(name) = head.name.strip_prefix('&') {
            let found = shared.iter().find(|(known, _)| *known == name);
            fields.extend(
                found
                    .map(|(_, body)| members(body, 1, shared))
                    .into_iter()
                    .flatten(),
            );
            continue;
        }
        let mut field = Map::new();
        field.insert("type".into(), head.of.into());
        field.insert("doc".into(), head.doc.into());
        if !head.choices.is_empty() {
            let choices: Vec<&str> = head.choices.split('|').collect();
            field.insert("enum".into(), choices.into());
        }
        let below = members(body, depth.saturating_add(1), shared);
        if !below.is_empty() {
            field.insert("fields".into(), below.into());
        }
        fields.insert(head.name.into(), field.into());
    }
    fields
}

#[cfg(test)]
mod tests {
    use gamma_manifest::{
        decode,
        diagnostic::{Diagnostics, codes},
        source::Sources,
    };

    use super::*;

    /// A manifest with the field at `path`, and nothing in it: whether it is known does not depend on that.
    fn with_field(kind: &str, version: &str, path: &[(&str, bool)]) -> Value {
        let mut value = json!({});
        for (name, is_list) in path.iter().rev() {
            let inner = if *is_list { json!([value]) } else { value };
            value = json!({*name: inner});
        }
        value["apiVersion"] = json!(version);
        value["kind"] = json!(kind);
        value
    }

    fn unknown_fields(manifest: &Value) -> Vec<String> {
        let mut sources = Sources::default();
        sources.add("fields.json", manifest.to_string());
        let mut diagnostics = Diagnostics::default();
        decode(&sources, "default", &mut diagnostics);
        let unknown = diagnostics
            .iter()
            .filter(|found| found.code == &codes::UNKNOWN_FIELD);
        unknown.map(|found| found.message.clone()).collect()
    }

    fn each(
        fields: &Map<String, Value>,
        path: &mut Vec<(String, bool)>,
        visit: &mut impl FnMut(&[(String, bool)]),
    ) {
        for (name, field) in fields {
            let is_list = field["type"].as_str().unwrap().starts_with('[');
            path.push((name.clone(), is_list));
            visit(path);
            if let Some(Value::Object(below)) = field.get("fields") {
                each(below, path, visit);
            }
            path.pop();
        }
    }

    /// The decoder knows every field, and takes one with a letter more for a slip.
    #[test]
    fn the_decoder_knows_every_field() {
        let schema = schema().unwrap();
        let mut count = 0;
        for (kind, described) in schema["kinds"].as_object().unwrap() {
            let version = described["apiVersion"].as_str().unwrap();
            assert_ne!(described["doc"], "", "{kind}");
            let Value::Object(fields) = &described["fields"] else {
                panic!("{kind} has no fields");
            };
            each(fields, &mut Vec::new(), &mut |path| {
                count += 1;
                let path: Vec<(&str, bool)> = path.iter().map(|(n, l)| (&**n, *l)).collect();
                let unknown = unknown_fields(&with_field(kind, version, &path));
                assert!(unknown.is_empty(), "{kind}: {path:?}: {unknown:?}");
            });
        }
        assert!(count > 200, "{count} fields");
    }

    /// The test above would notice.
    #[test]
    fn a_field_that_does_not_exist_is_noticed() {
        let path = [("spec", false), ("rules", true), ("nothingLikeThis", false)];
        let manifest = with_field("HTTPRoute", "gateway.networking.k8s.io/v1", &path);
        assert_eq!(unknown_fields(&manifest).len(), 1);
    }
}
