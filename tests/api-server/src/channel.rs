//! One release channel: the CRDs that an API server has.

use std::{collections::BTreeMap, fmt, path::Path};

use kube_cel::{CompiledSchema, Validator, apply_defaults, compile_schema};
use serde_json::Value;

use crate::{documents::documents, metadata, prune::pruned, schema, violation::Violation};

/// The kinds that are compared.
const KINDS: [&str; 3] = ["httproutes", "grpcroutes", "referencegrants"];

/// The CRDs of a channel.
pub struct Channel {
    kinds: BTreeMap<(String, String), Kind>,
}

struct Kind {
    schema: Value,
    rules: CompiledSchema,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kinds.keys()).finish()
    }
}

impl Channel {
    pub(crate) fn new(directory: &Path) -> Self {
        let mut kinds = BTreeMap::new();
        for kind in KINDS {
            let file = directory.join(format!("gateway.networking.k8s.io_{kind}.yaml"));
            let crd = documents(&file).remove(0);
            let name = crd["spec"]["names"]["kind"].as_str().unwrap().to_owned();
            for version in crd["spec"]["versions"].as_array().unwrap() {
                let mut schema = version["schema"]["openAPIV3Schema"].clone();
                // Of metadata there is no schema in a CRD, and status is not what is applied.
                let properties = schema["properties"].as_object_mut().unwrap();
                properties.remove("status");
                let rules = compile_schema(&schema);
                assert!(!rules.has_errors(), "{:?}", rules.compilation_errors());
                let version = version["name"].as_str().unwrap().to_owned();
                kinds.insert((name.clone(), version), Kind { schema, rules });
            }
        }
        Self { kinds }
    }

    /// The schema of a kind in version `v1`.
    ///
    /// # Panics
    ///
    /// There is none.
    pub fn schema(&self, kind: &str) -> &Value {
        &self.kinds[&(kind.to_owned(), "v1".to_owned())].schema
    }

    /// Why the API server refuses an object: without the fields that it does not know, with defaults, by
    /// schema and by CEL rules. Nothing if it takes the object.
    pub fn violations(&self, object: &Value) -> Vec<Violation> {
        let Some(kind) = self.kind(object) else {
            return vec![Violation {
                path: "kind".into(),
                message: "no such kind".into(),
            }];
        };
        let of_metadata = metadata::check(&object["metadata"]);
        let object = apply_defaults(&kind.schema, &pruned(&kind.schema, object));
        let mut violations = schema::check(&kind.schema, &object);
        let rules = Validator::new().validate_compiled(&kind.rules, &object, None);
        if let Err(errors) = rules {
            violations.extend(errors.into_vec().into_iter().map(|error| Violation {
                path: error.field_path,
                message: error.message,
            }));
        }
        violations.extend(of_metadata);
        violations
    }

    /// An object without the fields that this channel does not know.
    pub fn known(&self, object: &Value) -> Option<Value> {
        self.kind(object).map(|kind| pruned(&kind.schema, object))
    }

    fn kind(&self, object: &Value) -> Option<&Kind> {
        let version = object["apiVersion"].as_str()?.rsplit('/').next()?;
        let kind = object["kind"].as_str()?;
        self.kinds.get(&(kind.to_owned(), version.to_owned()))
    }
}
