use serde_json::Value;

use super::{super::node::Content, *};
use crate::source::Spanned;

/// The strings, and only those, in the values of `text`.
fn strings(text: &str) -> TreeResult<Vec<String>> {
    let values = read(text);
    values.error.map_or(Ok(()), Err)?;
    let mut strings = Vec::new();
    let mut rest = values.nodes;
    while let Some(node) = rest.pop() {
        match node.content {
            Content::Mapping(members) => rest.extend(members.into_iter().map(|m| m.value)),
            Content::Sequence(items) => rest.extend(items),
            Content::Scalar(scalar) => strings.push(scalar.text),
        }
    }
    Ok(strings)
}

fn syntax(error: TreeError) -> Spanned<String> {
    match error {
        TreeError::Syntax(error) | TreeError::SecondObject(error) => error,
    }
}

fn read(text: &str) -> JsonValues {
    values(0, 0, text, &mut Diagnostics::default())
}

#[test]
fn escapes_are_what_go_takes_them_for() {
    for (escaped, expected) in [
        (r"\ud83d\ude00", "😀"),
        (r"a\uD83D\uDE00b", "a😀b"),
        (r"\u00e9\u4e2d", "é中"),
        (r"\ud83d", "\u{fffd}"),
        (r"\ud83dx", "\u{fffd}x"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\ude00\ud83d", "\u{fffd}\u{fffd}"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}😀"),
        (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r"\u0000", "\0"),
        ("\u{7f}", "\u{7f}"),
    ] {
        let text = format!(r#"{{"a": "{escaped}"}}"#);
        assert_eq!(
            strings(&text).ok(),
            Some(vec![expected.into()]),
            "{escaped}"
        );
    }
}

/// Nothing but JSON is read, and all of it.
#[test]
fn what_is_json_is_known() {
    for text in [
        "{}",
        "[]",
        "{\t\"a\"\t:\t[1,\r\n\t2]}",
        "{\"a\": {\"b\": [[], {}, null]}}",
        "true",
        "-0",
        "0",
        "1.5",
        "1e3",
        "-1.5E+3",
        "1E-9",
        "[1]",
        "\"\"",
        "{\"a\": 1, \"b\": 2}",
        "[\"\u{7f}\"]",
        "",
        "{",
        "}",
        "[1,]",
        "[,1]",
        "{\"a\": 1,}",
        "{\"a\"}",
        "{\"a\" 1}",
        "{a: 1}",
        "{1: 1}",
        "[1 2]",
        "[1}",
        "{\"a\": 1]",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "0x10",
        "-",
        "1_0",
        "tru",
        "True",
        "nan",
        "1e400",
        "'a'",
        "\"a",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\tb\"",
        "\"a\nb\"",
        "\"\\",
        "// c",
        "[1] x",
        "[\"\\ud83d\\ude00\"]",
    ] {
        let values = read(text);
        let good = values.error.is_none() && values.nodes.len() == 1;
        let expected = serde_json::from_str::<Value>(text).is_ok();
        assert_eq!(good, expected, "{text}");
    }
}

#[test]
fn values_may_follow_each_other() {
    let values = read("{\"a\": 1}{\"b\": 2}\n\n {\"c\": 3} x");
    assert_eq!(values.nodes.len(), 3);
    assert_eq!(values.error.map(|error| syntax(error).span.start), Some(28));
}

#[test]
fn spans_are_those_of_the_source() {
    let text = "{\"é\": [\"ü\", 12]}";
    let values = values(3, 100, text, &mut Diagnostics::default());
    let Content::Mapping(members) = &values.nodes[0].content else {
        panic!()
    };
    let cut = |span: Span| &text[span.start as usize - 100..span.end as usize - 100];
    assert_eq!(cut(values.nodes[0].span), text);
    assert_eq!(cut(members[0].key_span), "\"é\"");
    assert_eq!(cut(members[0].value.span), "[\"ü\", 12]");
    assert_eq!(members[0].value.span.file, 3);
}

#[test]
fn abysses_are_refused() {
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
        assert!(
            read(&text)
                .error
                .is_some_and(|error| syntax(error).value.contains("deeply"))
        );
    }
}
