//! Whatever stands in a file of manifests, it is read to its end, every finding and every value has a place in the text,
//! and a document that is written anew says the same.

#![no_main]

use gamma_compile::{Options, compile, lint};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostics, Format, render},
    source::{Sources, Span},
    write_json, write_yaml,
    yaml::{Content, Dialect, Meaning, Node, parse},
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|file: &[u8]| {
    let mut sources = Sources::default();
    sources.add_bytes("a.yaml", file.to_vec());
    let text = sources.iter().next().expect("it was added").1.text.clone();
    let mut found = Diagnostics::default();
    let manifests = decode(&sources, "shop", &mut found);
    let config = compile(&manifests, &Options::default(), &mut found);
    lint(&manifests, &Options::default(), &mut found);
    let written = serde_json::to_vec(&config).expect("a config is JSON");
    gamma_config::parse(&written).expect("what compiles is a config");
    check_places(&found, &text);
    // Writing takes longer than reading: each text is written in one way.
    let formats = [Format::Text, Format::Json, Format::Github, Format::Sarif];
    render(&found, &sources, formats[file.len() % formats.len()]);
    for dialect in [Dialect::Kubectl, Dialect::Plain] {
        let mut found = Diagnostics::default();
        let nodes = parse(0, &text, dialect, &mut found);
        check_places(&found, &text);
        for node in &nodes {
            check_node(node, &text);
            check_written(node);
        }
    }
});

fn check_places(found: &Diagnostics, text: &str) {
    for finding in found.iter() {
        let places = finding
            .span
            .into_iter()
            .chain(finding.also.as_ref().map(|also| also.span));
        for span in places {
            check_span(span, text);
        }
    }
}

fn check_span(span: Span, text: &str) {
    assert!(
        text.get(span.start as usize..span.end as usize).is_some(),
        "{span:?} of {} bytes",
        text.len()
    );
}

fn check_node(node: &Node, text: &str) {
    check_span(node.span, text);
    match &node.content {
        Content::Scalar(_) => {}
        Content::Sequence(items) => items.iter().for_each(|item| check_node(item, text)),
        Content::Mapping(members) => {
            for member in members {
                check_span(member.key_span, text);
                check_node(&member.value, text);
            }
        }
    }
}

fn check_written(node: &Node) {
    let Some(value) = value(node) else { return };
    for text in [write_yaml(&value, ""), write_json(&value)] {
        let mut found = Diagnostics::default();
        let again = parse(0, &text, Dialect::Kubectl, &mut found);
        let again: Option<Vec<Value>> = again.iter().map(self::value).collect();
        // Nothing of an empty document is left.
        let expected = if value.is_null() {
            vec![]
        } else {
            vec![value.clone()]
        };
        assert_eq!(again.expect("it was JSON"), expected, "{text}");
    }
}

/// As JSON, unless it has a number that `Value` lacks.
fn value(node: &Node) -> Option<Value> {
    Some(match &node.content {
        Content::Scalar(scalar) => match scalar.meaning {
            Meaning::Null => Value::Null,
            Meaning::Boolean(flag) => flag.into(),
            Meaning::Integer(number) => match u64::try_from(number) {
                Ok(number) => number.into(),
                Err(_) => i64::try_from(number).ok()?.into(),
            },
            // It would come back as an integer, or with another last digit.
            Meaning::Float(_) => return None,
            Meaning::String => scalar.text.clone().into(),
        },
        Content::Sequence(items) => Value::Array(items.iter().map(value).collect::<Option<_>>()?),
        Content::Mapping(members) => {
            let members = members
                .iter()
                .map(|member| Some((member.key.clone(), value(&member.value)?)));
            Value::Object(members.collect::<Option<Map<_, _>>>()?)
        }
    })
}
