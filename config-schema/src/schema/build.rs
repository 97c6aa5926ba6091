//! The macros of `describe` build the JSON Schemas of a config's objects, alternatives and words from these types.

use schemars::{Schema, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Says more of a schema than the type does.
type Refine<'r> = &'r dyn Fn(&mut Schema);

/// Whether a member of an object may be absent.
pub(crate) enum MemberPresence {
    Required,
    Optional,
    /// Its default is part of the schema.
    Written(Value),
}

impl MemberPresence {
    pub(crate) fn written(default: &impl Serialize) -> Self {
        Self::Written(json!(default))
    }
}

/// An object without members that are not described.
pub(crate) struct ObjectSchema {
    doc: &'static str,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl ObjectSchema {
    pub(crate) fn new(doc: &'static str) -> Self {
        Self {
            doc,
            properties: Map::new(),
            required: Vec::new(),
        }
    }

    pub(crate) fn member(
        &mut self,
        name: &'static str,
        doc: &'static str,
        schema: Schema,
        presence: MemberPresence,
        refine: &[Refine<'_>],
    ) {
        let mut described = described(doc, schema);
        match presence {
            MemberPresence::Required => self.required.push(name),
            MemberPresence::Optional => {}
            MemberPresence::Written(default) => {
                described.insert("default".into(), default);
            }
        }
        refine.iter().for_each(|refine| refine(&mut described));
        self.properties.insert(name.into(), described.into());
    }

    pub(crate) fn into_schema(self, refine: &[Refine<'_>]) -> Schema {
        let schema = json_schema!({
            "type": "object",
            "properties": self.properties,
            "additionalProperties": false,
        });
        let mut schema = described(self.doc, schema);
        if !self.required.is_empty() {
            schema.insert("required".into(), json!(self.required));
        }
        refine.iter().for_each(|refine| refine(&mut schema));
        schema
    }
}

/// An object with one of several members.
pub(crate) struct OneOf {
    doc: &'static str,
    members: Vec<Schema>,
}

impl OneOf {
    pub(crate) fn new(doc: &'static str) -> Self {
        Self {
            doc,
            members: Vec::new(),
        }
    }

    pub(crate) fn member(
        &mut self,
        name: &'static str,
        doc: &'static str,
        mut schema: Schema,
        refine: &[Refine<'_>],
    ) {
        refine.iter().for_each(|refine| refine(&mut schema));
        let object = json_schema!({
            "type": "object",
            "properties": {name: schema},
            "required": [name],
            "additionalProperties": false,
        });
        self.members.push(described(doc, object));
    }

    pub(crate) fn into_schema(self) -> Schema {
        described(self.doc, json_schema!({"oneOf": self.members}))
    }
}

/// One of these words, each with what it means.
pub(crate) fn words(doc: &'static str, words: &[(&'static str, &'static str)]) -> Schema {
    if words.iter().all(|(_, meaning)| meaning.is_empty()) {
        let words: Vec<_> = words.iter().map(|(word, _)| word).collect();
        return described(doc, json_schema!({"type": "string", "enum": words}));
    }
    let one = |&(word, meaning): &(&str, &'static str)| {
        described(meaning, json_schema!({"type": "string", "const": word}))
    };
    let words: Vec<_> = words.iter().map(one).collect();
    described(doc, json_schema!({"oneOf": words}))
}

/// The description comes first.
fn described(doc: &'static str, schema: Schema) -> Schema {
    let mut described = Schema::default();
    if !doc.is_empty() {
        described.insert("description".into(), doc.into());
    }
    if let Value::Object(keywords) = Value::from(schema) {
        described.ensure_object().extend(keywords);
    }
    described
}
