//! What the JSON Schema says beyond the types: patterns and limits that
//! [`validate`](crate::Config::validate) enforces, as far as a schema can say them.

use schemars::Schema;
use serde_json::{Value, json};

/// RFC 9110 `token`.
pub(crate) const TOKEN: &str = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";
/// A header name that is not owned by the filter.
pub(crate) const HEADER_NAME: &str = r"^(?![xX]-[gG][aA][mM][mM][aA]-)[!#$%&'*+.^_`|~0-9A-Za-z-]+$";
pub(crate) const CLUSTER_HEADER: &str = r"^x-gamma-[!#$%&'*+.^_`|~0-9a-z-]*$";
/// No CR, LF or NUL.
pub(crate) const ON_WIRE: &str = r"^[^\r\n\u0000]*$";
pub(crate) const SOMETHING_ON_WIRE: &str = r"^[^\r\n\u0000]+$";
pub(crate) const HOST: &str = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$";
/// `*.` stands for one or more labels.
pub(crate) const HOST_PATTERN: &str =
    r"^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$";
/// ASCII without `?`, `#`, space and control characters.
pub(crate) const PATH: &str = r#"^/[!"$->@-~]*$"#;
pub(crate) const PATH_OR_NOTHING: &str = r#"^(/[!"$->@-~]*)?$"#;
pub(crate) const COOKIE_PATH: &str = r#"^/[^; "\r\n\u0000]*$"#;
pub(crate) const ORIGIN: &str =
    r"^(\*|https?://(\*|(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)(:(?!0+$)[0-9]{1,5})?)$";
pub(crate) const BASE64: &str = "^[A-Za-z0-9+/]+={0,2}$";
pub(crate) const RULE_NAME: &str = "^[^/]*$";

/// Strings that match the pattern.
pub(crate) fn text(pattern: &'static str) -> impl Fn(&mut Schema) {
    move |schema| keyword(schema, "pattern", pattern.into())
}

/// Strings that are not empty.
pub(crate) fn not_empty(schema: &mut Schema) {
    keyword(schema, "minLength", 1.into());
}

/// Host names that match the pattern.
pub(crate) fn host(schema: &mut Schema) {
    keyword(schema, "maxLength", 253.into());
    keyword(schema, "pattern", HOST.into());
}

pub(crate) fn at_least(minimum: u32) -> impl Fn(&mut Schema) {
    move |schema| keyword(schema, "minimum", minimum.into())
}

pub(crate) fn at_most(maximum: u32) -> impl Fn(&mut Schema) {
    move |schema| keyword(schema, "maximum", maximum.into())
}

/// Lists that have no more items.
pub(crate) fn at_most_items(maximum: usize) -> impl Fn(&mut Schema) {
    move |schema| keyword(schema, "maxItems", maximum.into())
}

/// The keyword with this value, after all others.
pub(crate) fn says(name: &'static str, value: Value) -> impl Fn(&mut Schema) {
    move |schema| {
        schema.insert(name.into(), value.clone());
    }
}

/// Lists whose items are so.
pub(crate) fn each(refine: impl Fn(&mut Schema)) -> impl Fn(&mut Schema) {
    move |schema| {
        let items = schema.get_mut("items");
        if let Some(items) = items.and_then(|items| <&mut Schema>::try_from(items).ok()) {
            refine(items);
        }
    }
}

/// `default` stays behind what limits a value.
fn keyword(schema: &mut Schema, name: &str, value: Value) {
    let default = schema.remove("default");
    schema.insert(name.into(), value);
    if let Some(default) = default {
        schema.insert("default".into(), default);
    }
}

/// Items of a list of IP addresses.
pub(crate) fn addresses(schema: &mut Schema) {
    item(
        schema,
        "anyOf",
        json!([{"format": "ipv4"}, {"format": "ipv6"}]),
    );
    item(schema, "format", Value::Null);
}

/// Path matches: a pattern may be anything, a path may not.
pub(crate) fn path_match(schema: &mut Schema) {
    let is_pattern = json!({
        "properties": {"type": {"const": "RegularExpression"}},
        "required": ["type"],
    });
    schema.insert("if".into(), is_pattern);
    let of_value = |pattern: &str| json!({"properties": {"value": {"pattern": pattern}}});
    schema.insert("then".into(), of_value(SOMETHING_ON_WIRE));
    schema.insert("else".into(), of_value(PATH));
}

/// Items of a list of matches of headers.
pub(crate) fn header_matches(schema: &mut Schema) {
    item(
        schema,
        "properties",
        json!({
            "name": {"pattern": HEADER_NAME},
            "value": {"pattern": ON_WIRE},
        }),
    );
}

/// Items of a list of matches of query parameters.
pub(crate) fn query_params(schema: &mut Schema) {
    item(schema, "properties", json!({"name": {"minLength": 1}}));
}

/// "Each kind at most once in a list, but for `requestMirror`."
pub(crate) fn filters(schema: &mut Schema) {
    let once =
        |kind: &str| json!({"contains": {"required": [kind]}, "minContains": 0, "maxContains": 1});
    let kinds = [
        "requestHeaderModifier",
        "responseHeaderModifier",
        "requestRedirect",
        "urlRewrite",
        "cors",
        "externalAuth",
    ];
    schema.insert("allOf".into(), kinds.map(once).into_iter().collect());
}

/// The backend is drawn after an authorization.
pub(crate) fn backend_filters(schema: &mut Schema) {
    filters(schema);
    item(schema, "not", json!({"required": ["externalAuth"]}));
}

/// Exactly one of `cluster` and `invalid`.
pub(crate) fn backend_ref(schema: &mut Schema) {
    let one = |name: &str| json!({"required": [name], "properties": {name: {"type": "string"}}});
    schema.insert("oneOf".into(), json!([one("cluster"), one("invalid")]));
}

/// Backends beside a redirect would never be used.
pub(crate) fn rule(schema: &mut Schema) {
    let redirects = json!({
        "properties": {"filters": {"contains": {"required": ["requestRedirect"]}}},
        "required": ["filters"],
    });
    schema.insert("if".into(), redirects);
    schema.insert(
        "then".into(),
        json!({"properties": {"backendRefs": {"maxItems": 0}}}),
    );
}

/// "When using a permanent cookie, absoluteTimeout is required."
pub(crate) fn session(schema: &mut Schema) {
    let permanent =
        json!({"properties": {"permanent": {"const": true}}, "required": ["permanent"]});
    schema.insert("if".into(), permanent);
    let timeout = json!({"absoluteTimeout": {"type": "string"}});
    let required = json!({"required": ["absoluteTimeout"], "properties": timeout});
    schema.insert("then".into(), required);
}

fn item(schema: &mut Schema, keyword: &str, value: Value) {
    if let Some(Value::Object(items)) = schema.get_mut("items") {
        match value {
            Value::Null => items.remove(keyword),
            value => items.insert(keyword.into(), value),
        };
    }
}
