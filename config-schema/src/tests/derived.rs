//! What is read is what serde derives from the types.

use serde_json::{Value, json};

use crate::{Config, Error, parse};

/// A member that is given, whatever its value: for `describe_object!`.
pub(crate) fn given<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    T::deserialize(from).map(Some)
}

/// Every member that there is.
fn everything() -> Value {
    json!({
        "$schema": "s", "version": 1,
        "settings": {"clientNamespace": "n", "clusterDomain": "d", "clusterHeader": "x-gamma-c",
            "reasonHeader": false, "metrics": false, "responseMetrics": true, "revision": "r", "ruleProperty": false},
        "services": [{
            "kind": "ServiceImport", "namespace": "n", "name": "s", "hosts": ["h"],
            "clusterIPs": ["10.0.0.1", "fd00::1"],
            "ports": [{"port": 80, "cluster": "c",
                "consumers": {"b": {"rules": [{}]}, "a": {}},
                "producer": {"matchOrder": [[1, 0], [0, 0]], "patterns": {
                    "automata": ["AP8AAQABAA=="],
                    "paths": [{"prefix": "/a", "automaton": 0, "patterns": ["/a/.*"]}],
                    "values": [{"pattern": ".*", "automaton": 0}]}, "rules": [rule(), {
                    "filters": [
                        {"requestRedirect": {"scheme": "https", "hostname": "h", "port": 1,
                            "statusCode": 301, "path": {"replacePrefixMatch": ""}}},
                        {"requestMirror": {"cluster": "m", "fraction": {"numerator": 1}}}]}]}}]
        }]
    })
}

fn rule() -> Value {
    json!({
        "route": "HTTPRoute/n/r", "name": "0", "invalid": "so",
        "matches": [{
            "hostname": "h", "path": {"type": "Exact", "value": "/a"}, "method": "GET",
            "headers": [{"name": "a", "type": "RegularExpression", "value": "b"}],
            "queryParams": [{"name": "q", "type": "Exact", "value": "x"}]}],
        "filters": [
            {"requestHeaderModifier": {"set": [{"name": "a", "value": "b"}],
                "add": [{"name": "c", "value": "d"}], "remove": ["e"]}},
            {"responseHeaderModifier": {"remove": ["e"]}},
            {"urlRewrite": {"hostname": "h", "path": {"replaceFullPath": "/b"}}},
            {"requestMirror": {"cluster": "m", "fraction": {"numerator": 1, "denominator": 2}}},
            {"cors": {"allowOrigins": ["*"], "allowCredentials": true, "allowMethods": ["GET"],
                "allowHeaders": ["a"], "exposeHeaders": ["b"], "maxAge": 9}},
            {"externalAuth": {"cluster": "c", "pathPrefix": "/p", "allowedHeaders": ["a"],
                "allowedResponseHeaders": ["b"]}}],
        "backendRefs": [{"cluster": "b", "weight": 2, "filters": []}, {"invalid": "gone"}],
        "timeouts": {"request": "2s", "backendRequest": "1s"},
        "retry": {"codes": [500], "attempts": 2, "backoff": "1s"},
        "sessionPersistence": {"type": "Cookie", "name": "c", "path": "/p", "permanent": true,
            "absoluteTimeout": "1h"}
    })
}

/// Hands over every value that differs from `value` in one place.
fn each_change(value: &Value, of: &mut dyn FnMut(Value)) {
    let others = [
        Value::Null,
        json!(true),
        json!(0),
        json!(7),
        json!(-1),
        json!(1.5),
        json!(70_000),
        json!(5_000_000_000_u64),
        json!(""),
        json!("x"),
        json!("Header"),
        json!([]),
        json!([1]),
        json!([1, 2, 3]),
        json!({}),
        json!({"x": 1}),
        json!({"cors": {}, "x": 1}),
    ];
    others.into_iter().for_each(&mut *of);
    match value {
        Value::Array(elements) => {
            for (i, element) in elements.iter().enumerate() {
                each_change(element, &mut |changed| {
                    let mut elements = elements.clone();
                    elements[i] = changed;
                    of(elements.into());
                });
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                each_change(member, &mut |changed| {
                    let mut members = members.clone();
                    members[key] = changed;
                    of(members.into());
                });
                let mut fewer = members.clone();
                fewer.remove(key);
                of(fewer.into());
            }
            let mut more = members.clone();
            more.insert("unknown".into(), Value::Null);
            of(more.into());
        }
        _ => {}
    }
}

/// As [`parse`], by the derived `Deserialize`.
fn derived(text: &str) -> Result<Config, String> {
    let config: Config = serde_json::from_str(text).map_err(|error| without_place(&error))?;
    config.validate().map_err(|error| error.to_string())?;
    Ok(config)
}

fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // What is found to be missing in the end has none.
    let message = text.rsplit_once(" at line ");
    message.map_or(&*text, |(message, _)| message).into()
}

/// Where serde takes a list for an object, has fewer words for a wrong type, or names a number.
fn may_differ(read: &str) -> bool {
    read.starts_with("invalid type: ")
        || ["only one member is possible", "must be two numbers"].contains(&read)
}

#[test]
fn reads_as_the_derived_code_does() {
    let (mut count, mut same) = (0, 0);
    assert_eq!(derived(&everything().to_string()).err(), None);
    each_change(&everything(), &mut |changed| {
        let text = changed.to_string();
        let derived = derived(&text);
        let read = parse(text.as_bytes()).map_err(|error| match error {
            Error::Parse { message, .. } => message,
            invalid => invalid.to_string(),
        });
        count += 1;
        same += usize::from(read == derived);
        assert!(
            read == derived || read.as_ref().is_err_and(|read| may_differ(read)),
            "{text}\n{read:?}\n{derived:?}"
        );
    });
    assert!(count > 2000 && same * 4 > count * 3, "{same} of {count}");
}
