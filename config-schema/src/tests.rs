//! What is accepted, what is refused, and the place that each refusal names.

pub(crate) mod derived;
mod identity;

use crate::{Config, Cors, Part, parse};

/// A config around one rule.
fn around(rule: &str) -> String {
    format!(
        r#"{{"version":1,"services":[{{"namespace":"n","name":"s","ports":[
            {{"port":80,"cluster":"c","producer":{{"rules":[{rule}]}}}}]}}]}}"#
    )
}

#[test]
fn nothing_is_the_default() {
    assert_eq!(parse(b"").unwrap(), Config::default());
    assert_eq!(parse(b" \n").unwrap(), Config::default());
    assert_eq!(parse(br#"{"version":1}"#).unwrap(), Config::default());
}

#[test]
fn what_is_written_is_read_back() {
    let text = around(
        r#"{"route":"HTTPRoute/n/r","matches":[
              {"path":{"type":"PathPrefix","value":"/a"},"method":"GET",
               "headers":[{"name":"v","type":"RegularExpression","value":"1.*"}],
               "queryParams":[{"name":"q","value":"x"}]}],
            "filters":[{"requestHeaderModifier":{"set":[{"name":"a","value":"b"}]}},
                       {"urlRewrite":{"hostname":"h.example","path":{"replacePrefixMatch":""}}}],
            "backendRefs":[{"cluster":"b"},{"invalid":"gone","weight":0}]}"#,
    );
    let config = parse(text.as_bytes()).unwrap();
    let written = serde_json::to_vec(&config).unwrap();
    assert_eq!(parse(&written).unwrap(), config);
}

#[test]
fn refusals_name_the_place() {
    let rule = "services[0].ports[0].producer.rules[0]";
    let table = [
        (r#"{"backends":[]}"#, "backends", "unknown field"),
        (
            r#"{"matches":[{"path":{"value":"a"}}]}"#,
            "matches[0].path.value",
            "must start with `/`",
        ),
        (
            r#"{"matches":[{"path":{"type":"Prefix","value":"/"}}]}"#,
            "matches[0].path.type",
            "unknown variant `Prefix`",
        ),
        (
            r#"{"matches":[{"method":"get"}]}"#,
            "matches[0].method",
            "unknown variant `get`",
        ),
        (
            r#"{"matches":[{"headers":[{"name":"a b","value":""}]}]}"#,
            "matches[0].headers[0].name",
            "not a header name",
        ),
        (
            r#"{"matches":[{"headers":[{"name":"X-Gamma-Cluster","value":""}]}]}"#,
            "matches[0].headers[0].name",
            "owned by the filter",
        ),
        (
            r#"{"filters":[{"requestHeaderModifier":{"set":[{"name":"a","value":"x\r\ny: z"}]}}]}"#,
            "filters[0].requestHeaderModifier.set[0].value",
            "CR, LF or NUL",
        ),
        (
            r#"{"filters":[{"requestHeaderModifier":{"set":[{"name":"a","value":"1"}],"remove":["A"]}}]}"#,
            "filters[0].requestHeaderModifier.remove[0]",
            "changed twice",
        ),
        (
            r#"{"filters":[{"requestHeaderModifier":{"add":[{"name":"Content-Length","value":"5"}]}}]}"#,
            "filters[0].requestHeaderModifier.add[0].name",
            "frames the body",
        ),
        (
            r#"{"filters":[{"responseHeaderModifier":{"set":[{"name":"transfer-encoding","value":"gzip"}]}}]}"#,
            "filters[0].responseHeaderModifier.set[0].name",
            "frames the body",
        ),
        (
            r#"{"filters":[{"cors":{"allowOrigins":["https://a.example:+443"]}}]}"#,
            "filters[0].cors.allowOrigins[0]",
            "neither `*` nor like",
        ),
        (
            r#"{"filters":[{"requestRedirect":{"statusCode":200}}]}"#,
            "filters[0].requestRedirect.statusCode",
            "none of 301",
        ),
        (
            r#"{"filters":[{"requestRedirect":{}}],"backendRefs":[{"cluster":"c"}]}"#,
            "",
            "never be used",
        ),
        (
            r#"{"filters":[{"requestRedirect":{}},{"requestRedirect":{}}]}"#,
            "filters[1]",
            "twice",
        ),
        (
            r#"{"filters":[{"urlRewrite":{"path":{"replaceFullPath":"/a b"}}}]}"#,
            "filters[0].urlRewrite.path.replaceFullPath",
            "must start with",
        ),
        (
            r#"{"filters":[{"urlRewrite":{"hostname":"Upper"}}]}"#,
            "filters[0].urlRewrite.hostname",
            "lower-case host",
        ),
        (
            r#"{"matches":[{"path":{"type":"Exact","value":"/a"}}],"filters":[{"urlRewrite":{"path":{"replacePrefixMatch":"/"}}}]}"#,
            "",
            "needs every match",
        ),
        (
            r#"{"backendRefs":[{"cluster":"a"},{"weight":"x"}]}"#,
            "backendRefs[1].weight",
            "invalid type",
        ),
        (
            r#"{"backendRefs":[{"cluster":"a","we\"ight":1}]}"#,
            "backendRefs[0].we\"ight",
            "unknown field",
        ),
        (r#"{"name":[]}"#, "name", "sequence, expected a string"),
        (r#"{"matches":[[]]}"#, "matches[0]", "expected struct Match"),
        (
            r#"{"filters":[{}]}"#,
            "filters[0]",
            "expected one of `requestHeaderModifier`",
        ),
        (
            r#"{"filters":[{"corss":{}}]}"#,
            "filters[0].corss",
            "unknown variant",
        ),
        (
            r#"{"backendRefs":[{"weight":1.5}]}"#,
            "backendRefs[0].weight",
            "floating point",
        ),
        (
            r#"{"retry":{"codes":[70000]}}"#,
            "retry.codes[0]",
            "integer `70000`, expected u16",
        ),
        (
            "{\n\"matches\":[\n{\"path\":{}}]}",
            "matches[0].path",
            "missing field `value`",
        ),
        (
            r#"{"timeouts":{"request":"1s","backendRequest":"2s"}}"#,
            "timeouts.backendRequest",
            "longer than",
        ),
        (
            r#"{"timeouts":{"request":"1.5s"}}"#,
            "timeouts.request",
            "must be like",
        ),
        (
            r#"{"retry":{"codes":[200]}}"#,
            "retry.codes",
            "not from 400",
        ),
        (
            r#"{"filters":[{"requestMirror":{"cluster":"m","fraction":{"numerator":3,"denominator":2}}}]}"#,
            "filters[0].requestMirror.fraction",
            "no part",
        ),
        (r#"{"backendRefs":[{}]}"#, "backendRefs[0]", "exactly one"),
        (
            r#"{"backendRefs":[{"cluster":"a\nb"}]}"#,
            "backendRefs[0].cluster",
            "CR, LF or NUL",
        ),
        (
            r#"{"backendRefs":[{"cluster":"c","weight":1000001}]}"#,
            "backendRefs[0].weight",
            "above 1000000",
        ),
    ];
    for (text, place, message) in table {
        let error = parse(around(text).as_bytes()).unwrap_err().to_string();
        let full = format!("{rule}{}{place}", if place.is_empty() { "" } else { "." });
        assert!(error.contains(&full), "{text}: {error}");
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn origins_are_those_of_the_api() {
    let good = [
        "*",
        "http://*",
        "https://a.example",
        "https://A-1.example:8443",
        "https://*.example:65535",
    ];
    for origin in good {
        assert!(Cors::is_origin(origin), "{origin}");
    }
    let bad = [
        "",
        "a.example",
        "ftp://a.example",
        "https://",
        "https://a..example",
        "https://a.*.example",
        "https://a.example/",
        "https://a.example:",
        "https://a.example:0",
        "https://a.example:+80",
        "https://a.example:65536",
    ];
    for origin in bad {
        assert!(!Cors::is_origin(origin), "{origin}");
    }
}

#[test]
fn refuses_what_is_not_one_rule() {
    let table = [
        (r#"{}"#, "missing field `version`"),
        (r#"{"version":2}"#, "version: is 2"),
        (r#"{"version":1} x"#, "trailing characters"),
        (
            r#"{"version":1,"settings":{"clusterHeader":"x-other"}}"#,
            "settings.clusterHeader",
        ),
        (
            r#"{"version":1,"services":[{"namespace":"n","name":"s","ports":[]},{"namespace":"n","name":"s","ports":[]}]}"#,
            "services[1]: `n/s` is there twice",
        ),
        (
            r#"{"version":1,"services":[{"namespace":"n","name":"s","ports":[{"port":0,"cluster":"c"}]}]}"#,
            "services[0].ports[0].port",
        ),
        (
            r#"{"version":1,"services":[{"namespace":"n","name":"s","clusterIPs":["10.0.0.1"],"ports":[{"port":1,"cluster":"c"}]},{"namespace":"n","name":"t","clusterIPs":["10.0.0.1"],"ports":[{"port":1,"cluster":"c"}]}]}"#,
            "services[1].ports[0]: 10.0.0.1 port 1 is taken",
        ),
        (
            r#"{"version":1,"services":[{"namespace":"n","name":"s","ports":[{"port":1,"cluster":"c","consumers":{"a":{},"a":{}}}]}]}"#,
            "services[0].ports[0].consumers.a: namespace `a` is there twice",
        ),
        (
            r#"{"version":1,"services":[{"namespace":"n","name":"s","ports":[{"port":1,"cluster":"c","producer":{"rules":[{}],"matchOrder":[[0,0],[0,0]]}}]}]}"#,
            "matchOrder: must name each match",
        ),
    ];
    for (text, message) in table {
        let error = parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn lines_are_those_of_the_whole_config() {
    let table = [
        (
            "{\n\"matches\": [\n  {\"path\": {\"value\": 7}}]}",
            "integer `7`, expected a string at line 4 column 22",
        ),
        (
            "{\"backendRefs\": [\n\n {\"cluster\": \"c\", \"wieght\": 1}]}",
            "`weight`, `filters` at line 4 column 26",
        ),
        (
            "{\"timeouts\": {\"request\": \"soon\"\n}}",
            "or `500ms` at line 2 column 89",
        ),
        (
            "{},\n{\"name\": \"a\",\n \"name\": \"b\"}",
            "duplicate field `name` at line 4 column 7",
        ),
        (
            "{\"filters\": [{\"cors\": {}, \"x\": 1}]}",
            "only one member is possible at line 2 column 87",
        ),
        (
            "{\"backendRefs\": [}]}",
            "expected value at line 2 column 76",
        ),
    ];
    for (rule, end) in table {
        let error = parse(around(rule).as_bytes()).unwrap_err().to_string();
        assert!(error.ends_with(end), "{error}\n{end}");
    }
}

#[test]
fn pieces_are_those_of_the_whole() {
    let text = r#"{"$schema":"s","version":1,"settings":{"clusterDomain":"d"},"services":[
        {"namespace":"n","name":"s","hosts":["h"],"clusterIPs":["10.0.0.1"],"ports":[
            {"port":80,"cluster":"c","consumers":{"a":{"rules":[{"name":"1"}]},"b":{}},
             "producer":{"rules":[{"name":"2"},{"name":"3"}],"matchOrder":[[1,0],[0,0]]}},
            {"port":81,"cluster":"c"}]},
        {"kind":"ServiceImport","namespace":"n","name":"s","ports":[]}]}"#;
    let config = parse(text.as_bytes()).unwrap();
    assert_eq!(config, serde_json::from_str(text).unwrap());
    let (mut read, mut parts) = (Vec::new(), Vec::new());
    crate::read(text.as_bytes(), &mut |part| read.push(outline(&part))).unwrap();
    config.parts(&mut |part| parts.push(outline(&part)));
    assert_eq!(read, parts);
    assert_eq!(read.len(), 21, "{read:#?}");
}

fn outline(part: &Part<'_>) -> String {
    match part {
        Part::Service(service) => format!("{:?} {}", service.kind, service.name),
        Part::Port(port) => format!("{} {}", port.port, port.cluster),
        other => format!("{other:?}"),
    }
}

#[test]
fn patterns_need_automata_that_know_them() {
    let automaton = "AP8AAQABAA==";
    // A list with pattern 2.
    let of_three = "AP8BAQIBAQEA";
    let place = "services[0].ports[0].producer.patterns";
    let table = [
        (
            format!(r#""automata":["{automaton}","%"]"#),
            ".automata[1]: no automaton: not base64",
        ),
        (
            format!(r#""automata":["{automaton}"],"values":[{{"pattern":"a","automaton":1}}]"#),
            ".values[0].automaton: there is no automaton 1 of 1 patterns",
        ),
        (
            format!(
                r#""automata":["{of_three}"],"paths":[{{"automaton":0,"patterns":["a","b"]}}]"#
            ),
            ".paths[0].automaton: there is no automaton 0 of 2 patterns",
        ),
        (
            format!(
                r#""automata":["{automaton}"],"paths":[{{"prefix":"/a/","automaton":0,"patterns":["a"]}}]"#
            ),
            ".paths[0].prefix: must not end with `/`",
        ),
        (
            format!(
                r#""automata":["{automaton}"],"paths":[{{"prefix":"a","automaton":0,"patterns":["a"]}}]"#
            ),
            ".paths[0].prefix: \"a\" must start with `/` and have no `?`, `#`, space or non-ASCII character",
        ),
    ];
    for (patterns, expected) in table {
        let json = format!(
            r#"{{"version":1,"services":[{{"namespace":"n","name":"s","ports":[
                {{"port":80,"cluster":"c","producer":{{"patterns":{{{patterns}}}}}}}]}}]}}"#
        );
        let refused = parse(json.as_bytes()).unwrap_err().to_string();
        let expected = format!("route config: {place}{expected}");
        assert_eq!(refused, expected);
    }
}
