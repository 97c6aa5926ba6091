use super::*;
use crate::{diagnostic::Diagnostics, source::Sources};

fn read(text: &str) -> (Vec<Node>, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("t.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let documents = parse(file, text, Dialect::Kubectl, &mut diagnostics);
    let said = diagnostics
        .iter()
        .map(|d| {
            let (line, column) = sources.line_column(d.span.unwrap());
            format!("{line}:{column} {} {}", d.code.id, d.message)
        })
        .collect();
    (documents, said)
}

#[test]
fn spans_are_bytes_even_after_other_alphabets() {
    let text = "a: été\nb: [x, 'y']\n";
    let (documents, said) = read(text);
    assert!(said.is_empty(), "{said:?}");
    let cut = |node: &Node| &text[node.span.start as usize..node.span.end as usize];
    assert_eq!(cut(documents[0].get("a").unwrap()), "été");
    let Content::Sequence(items) = &documents[0].get("b").unwrap().content else {
        panic!()
    };
    assert_eq!((cut(&items[0]), cut(&items[1])), ("x", "'y'"));
}

#[test]
fn scalars_are_what_kubectl_takes_them_for() {
    let table = [
        ("x", Some("x"), "a string"),
        ("'80'", Some("80"), "a string"),
        ("80", None, "a number"),
        ("-1.5e3", None, "a number"),
        ("1.2.3", Some("1.2.3"), "a string"),
        ("10.0.0.1", Some("10.0.0.1"), "a string"),
        ("0x1F", None, "a number"),
        ("true", None, "a boolean"),
        ("Yes", None, "a boolean"),
        ("y", None, "a boolean"),
        ("yEs", Some("yEs"), "a string"),
        ("1_000", None, "a number"),
        ("!!str 80", Some("80"), "a string"),
        ("! 80", Some("80"), "a string"),
        ("!!int '80'", None, "a number"),
        ("'on'", Some("on"), "a string"),
        ("~", None, "null"),
        ("v2", Some("v2"), "a string"),
        (
            "2026-01-01T00:00:00Z",
            Some("2026-01-01T00:00:00Z"),
            "a string",
        ),
    ];
    for (text, expected, kind) in table {
        let (documents, _) = read(&format!("a: {text}"));
        let node = documents[0].get("a").unwrap();
        assert_eq!((node.as_str(), node.kind()), (expected, kind), "{text}");
    }
}

#[test]
fn a_broken_document_does_not_hide_the_others() {
    let (documents, said) = read("a: 1\n---\nb: [\n---\n# nothing\n--- # c\nc: 3\n...\n");
    assert_eq!(documents.len(), 2);
    assert!(documents[1].get("c").is_some());
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("G101"), "{said:?}");
}

#[test]
fn anchors_and_merges_are_followed() {
    let (documents, said) = read("base: &b {x: 1, z: 2}\nuse: {<<: *b, z: 3}\nlist: [*b]");
    assert!(said.is_empty(), "{said:?}");
    let r#use = documents[0].get("use").unwrap();
    assert_eq!(r#use.get("x").and_then(Node::as_plain), Some("1"));
    assert_eq!(r#use.get("z").and_then(Node::as_plain), Some("3"));
}

#[test]
fn bombs_and_abysses_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let previous = vec![format!("*a{}", i - 1); 10].join(", ");
        bomb.push_str(&format!("a{i}: &a{i} [{previous}]\n"));
    }
    for text in [bomb, "[".repeat(100_000)] {
        let (documents, said) = read(&text);
        assert!(documents.is_empty());
        assert!(said[0].contains("G101"), "{said:?}");
    }
}

#[test]
fn twice_the_same_key_is_said_once_for_each() {
    let (_, said) = read("a: 1\nb: 2\na: 3");
    assert_eq!(said, ["3:1 G109 key `a` appears twice"]);
}

#[test]
fn a_merge_key_in_quotes_is_a_key() {
    let (documents, said) = read("a: {\"<<\": {x: 1}}");
    assert!(said.is_empty(), "{said:?}");
    let a = documents[0].get("a").unwrap();
    assert!(a.get("<<").is_some() && a.get("x").is_none());
    let (_, said) = read("{\"a\": {\"<<\": 1}}");
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn json_is_read_as_kubectl_does() {
    let (documents, said) =
        read("{\"a\": \"\\ud83d\\ude00\"}\t{\"b\":\t1}\n---\n{\"c\": \"\\ud83d\"}\n---\nd: 1\n");
    assert!(said.is_empty(), "{said:?}");
    let string = |i: usize, key| documents[i].get(key).and_then(Node::as_str);
    assert_eq!(documents.len(), 4);
    assert_eq!(
        (string(0, "a"), string(2, "c")),
        (Some("😀"), Some("\u{fffd}"))
    );
}

/// Comments, trailing commas and keys without quotes are what kubectl falls back to YAML for.
#[test]
fn what_only_looks_like_json_is_yaml() {
    for text in [
        "{a: 1}",
        "{\"a\": 1,}",
        "{\"a\": 0x1}",
        "{\"a\": # one\n 1}",
    ] {
        let (documents, said) = read(text);
        assert!(said.is_empty(), "{text} {said:?}");
        let a = documents[0].get("a").and_then(Node::meaning);
        assert_eq!(a, Some(&Meaning::Integer(1)), "{text}");
    }
}

#[test]
fn broken_json_is_reported_where_it_breaks() {
    for (text, expected) in [
        (
            "{\"a\": \"\\ud83d\\ude00\",,}",
            "1:22 G101 a value is missing before this comma",
        ),
        (
            "{\"a\": 1} ]",
            "1:10 G101 a value is missing here, or is none that JSON has",
        ),
        ("{\"a\": 1, \"a\": 2}", "1:10 G109 key `a` appears twice"),
    ] {
        assert_eq!(read(text).1, [expected], "{text}");
    }
}

#[test]
fn what_kubectl_can_not_turn_into_json_is_refused() {
    for text in ["a: .inf", "a: [-.Inf]", "a: .NaN", "~: 1", "a: !!int x"] {
        let (documents, said) = read(text);
        assert!(documents.is_empty(), "{text}");
        assert!(said.len() == 1 && said[0].contains("G101"), "{said:?}");
    }
    assert!(read("a: '.inf'").1.is_empty());
}

#[test]
fn size_alone_is_no_limit() {
    let items = "0, ".repeat(1_100_000);
    let (documents, said) = read(&format!("a: [{items}]"));
    assert!(said.is_empty() && documents.len() == 1, "{said:?}");
}

/// A table of keys is kept, so that a mapping of many takes as long for each as one of few.
#[test]
fn a_mapping_may_have_many_keys() {
    use std::time::{Duration, Instant};

    let keys: String = (0..200_000).map(|i| format!("key-{i}: {i}\n")).collect();
    let start = Instant::now();
    let (documents, said) = read(&format!("{keys}key-7: again\n"));
    assert_eq!(said, ["200001:1 G109 key `key-7` appears twice"]);
    assert_eq!(
        documents[0].get("key-7").and_then(Node::as_str),
        Some("again")
    );
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// kubectl reads a document that repeats itself now and then, and so must this.
#[test]
fn aliases_may_add_something() {
    let uses = "  - *x\n".repeat(1000);
    let (documents, said) = read(&format!("a: &x {{b: [1, 2, 3]}}\nc:\n{uses}"));
    assert!(said.is_empty() && documents.len() == 1, "{said:?}");
}

/// Each is read up to the next, not up to the end.
#[test]
fn many_objects_without_separators_are_read() {
    use std::time::{Duration, Instant};

    let start = Instant::now();
    let object = "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\n";
    let (documents, said) = read(&object.repeat(5000));
    assert_eq!((documents.len(), said.len()), (5000, 4999));
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// Whatever is put into a text, its reading ends, and what is found lies in it.
#[test]
fn damaged_documents_are_read_to_their_end() {
    let rows = include_str!("documents.jsonl").lines();
    for row in rows {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let text = row["value"].as_str().or(row["file"].as_str()).unwrap();
        let places = text.char_indices().map(|(at, _)| at);
        for (at, with) in places.zip(
            ["\0", "\"", "'", "\t", "\u{85}", "[", "|", "\r"]
                .iter()
                .cycle(),
        ) {
            let (before, after) = text.split_at(at);
            read(&format!("{before}{with}{after}"));
            read(before);
        }
    }
}

#[test]
fn files_that_kubectl_never_sees_may_have_question_marks_and_any_keys() {
    let text = "{request: cart/a?b=c, expect:, y: [a?, b], 010: x, empty:}\n";
    let said = |dialect| {
        let mut diagnostics = Diagnostics::default();
        let documents = parse(0, text, dialect, &mut diagnostics);
        (documents, diagnostics.iter().count())
    };
    let (documents, found) = said(Dialect::Plain);
    assert_eq!(found, 0);
    let Content::Mapping(members) = &documents[0].content else {
        panic!()
    };
    let keys: Vec<&str> = members.iter().map(|member| &*member.key).collect();
    assert_eq!(keys, ["request", "expect", "y", "010", "empty"]);
    assert_eq!(
        documents[0].get("request").unwrap().as_str(),
        Some("cart/a?b=c")
    );
    assert!(documents[0].get("empty").unwrap().is_null());
    let (documents, found) = said(Dialect::Kubectl);
    assert_eq!((documents.len(), found), (0, 1));
}
