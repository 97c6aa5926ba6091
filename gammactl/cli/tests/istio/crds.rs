//! The objects of `gammactl istio` obey what the API server asks of a WasmPlugin and an
//! EnvoyFilter: the fields, enums, patterns and limits of the CRDs in istio/api, as far as they
//! concern these objects.

use serde_json::Value;

/// What a field may hold.
enum Schema {
    /// One of these, or anything if there are none. The number is the most bytes.
    Text(&'static [&'static str], usize),
    Sha256,
    Integer,
    /// Keys that are not empty and values of at most 63 bytes, neither with a wildcard.
    Labels,
    /// Fields that may be there, and those that must.
    Object(&'static [(&'static str, Schema)], &'static [&'static str]),
    List(&'static Schema),
    /// `x-kubernetes-preserve-unknown-fields`
    Any,
}

use Schema::{Any, Integer, Labels, List, Object, Sha256, Text};

const METADATA: Schema = Object(
    &[
        ("name", Text(&[], 253)),
        ("namespace", Text(&[], 63)),
        ("labels", Labels),
    ],
    &["name", "namespace"],
);

const WASM_PLUGIN: Schema = Object(
    &[
        ("selector", Object(&[("matchLabels", Labels)], &[])),
        ("url", Text(&[], 4096)),
        ("sha256", Sha256),
        (
            "imagePullPolicy",
            Text(&["UNSPECIFIED_POLICY", "IfNotPresent", "Always"], 0),
        ),
        ("imagePullSecret", Text(&[], 253)),
        ("pluginName", Text(&[], 256)),
        (
            "phase",
            Text(&["UNSPECIFIED_PHASE", "AUTHN", "AUTHZ", "STATS"], 0),
        ),
        ("priority", Integer),
        (
            "failStrategy",
            Text(&["FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"], 0),
        ),
        (
            "match",
            List(&Object(
                &[(
                    "mode",
                    Text(&["UNDEFINED", "CLIENT", "SERVER", "CLIENT_AND_SERVER"], 0),
                )],
                &[],
            )),
        ),
        ("pluginConfig", Any),
    ],
    &["url"],
);

const ENVOY_FILTER: Schema = Object(
    &[
        ("workloadSelector", Object(&[("labels", Labels)], &[])),
        (
            "configPatches",
            List(&Object(
                &[
                    ("applyTo", Text(&["HTTP_ROUTE"], 0)),
                    (
                        "match",
                        Object(
                            &[
                                ("context", Text(&["SIDECAR_OUTBOUND"], 0)),
                                ("proxy", Object(&[("proxyVersion", Text(&[], 1024))], &[])),
                            ],
                            &[],
                        ),
                    ),
                    (
                        "patch",
                        Object(
                            &[("operation", Text(&["INSERT_FIRST"], 0)), ("value", Any)],
                            &["operation", "value"],
                        ),
                    ),
                ],
                &["applyTo", "match", "patch"],
            )),
        ),
    ],
    &["configPatches"],
);

/// Panics if the API server would refuse `object`.
pub(crate) fn check(object: &Value) {
    let (api_version, spec) = match object["kind"].as_str() {
        Some("WasmPlugin") => ("extensions.istio.io/v1alpha1", &WASM_PLUGIN),
        Some("EnvoyFilter") => ("networking.istio.io/v1alpha3", &ENVOY_FILTER),
        kind => panic!("{kind:?}"),
    };
    let members: Vec<&String> = object.as_object().unwrap().keys().collect();
    assert_eq!(members, ["apiVersion", "kind", "metadata", "spec"]);
    assert_eq!(object["apiVersion"], api_version);
    fits(&object["metadata"], &METADATA, "metadata");
    fits(&object["spec"], spec, "spec");
}

fn fits(value: &Value, schema: &Schema, path: &str) {
    match schema {
        Text(choice, most) => {
            let text = value.as_str().unwrap_or_else(|| panic!("{path}: {value}"));
            match choice {
                [] => assert!(!text.is_empty() && text.len() <= *most, "{path}: {text}"),
                choice => assert!(choice.contains(&text), "{path}: {text}"),
            }
        }
        Sha256 => {
            let text = value.as_str().unwrap();
            let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            assert!(text.len() == 64 && text.chars().all(hex), "{path}: {text}");
        }
        Integer => assert!(
            value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            "{path}: {value}"
        ),
        Labels => {
            for (key, value) in value.as_object().unwrap() {
                let value = value.as_str().unwrap();
                assert!(!key.is_empty() && !key.contains('*'), "{path}: {key}");
                assert!(value.len() <= 63 && !value.contains('*'), "{path}: {value}");
            }
        }
        Object(fields, required) => {
            let members = value.as_object().unwrap();
            for name in *required {
                assert!(members.contains_key(*name), "{path}: no {name}");
            }
            for (name, value) in members {
                let field = fields.iter().find(|(field, _)| field == name);
                let (_, schema) = field.unwrap_or_else(|| panic!("{path}: {name}"));
                fits(value, schema, &format!("{path}.{name}"));
            }
        }
        List(item) => {
            for (i, value) in value.as_array().unwrap().iter().enumerate() {
                fits(value, item, &format!("{path}[{i}]"));
            }
        }
        Any => {}
    }
}
