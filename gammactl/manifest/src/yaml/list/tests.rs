use super::{super::documents::documents, *};
use crate::yaml::Dialect;

/// A comment that makes a text worth to be taken apart.
fn long() -> String {
    format!("# {}\n", "x".repeat(WORTH_IT))
}

/// The names of the items of a List and the bytes of each, if the text is taken apart.
fn names(text: &str) -> Option<Vec<String>> {
    let documents = documents(0, text, Dialect::Kubectl);
    let parts = documents[0].list()?;
    let mut diagnostics = Diagnostics::default();
    let name = |item: &ListItem<'_>| {
        let node = item.parse(&mut diagnostics)?;
        let name = node.get("name").unwrap();
        let cut = &text[name.span.start as usize..name.span.end as usize];
        assert_eq!(Some(cut.trim_matches('"')), name.as_str());
        Some(name.as_str()?.to_owned())
    };
    let kind = parts.list.get("kind").unwrap();
    let cut = &text[kind.span.start as usize..kind.span.end as usize];
    assert_eq!(Some(cut.trim_matches('"')), kind.as_str());
    parts.items.iter().map(name).collect()
}

#[test]
fn lists_of_kubectl_are_taken_apart() {
    for text in [
        "apiVersion: v1\nitems:\n- name: a\n  x: |\n    - b\n\n    c\n- name: b\nkind: List\nmetadata:\n  x: y\n",
        "kind: List\nitems:\n  - name: a\n    x:\n      - 1\n  # c\n  -\n    name: b\n",
        "kind: List\r\nitems:\r\n- name: a\r\n- {name: b,\r\n   x: y}\r\nmetadata: {}\r\n",
    ] {
        let text = format!("{}{text}", long());
        assert_eq!(names(&text).unwrap(), ["a", "b"], "{text}");
    }
    for text in [
        r#"{"apiVersion": "v1", "items": [{"name": "a", "x": [{"items": ["}\""]}]}, {"name": "b"}], "kind": "List"}"#,
        "{\"kind\": \"ServiceList\",\n \"items\": [\n {\"name\": \"a\"}\n,{\"name\": \"b\"}\n]\n}\n",
    ] {
        let text = format!("{}{text}", long());
        assert_eq!(names(&text).unwrap(), ["a", "b"], "{text}");
    }
}

#[test]
fn what_is_written_in_another_way_is_not() {
    for text in [
        "kind: List\nitems: [{name: a}]\n",
        "kind: List\nitems:\n- name: 'a\n- b'\n",
        "kind: List\nx: &x {name: a}\nitems:\n- *x\n",
        "kind: List\nitems:\n  - name: a\n - name: b\n",
        "kind: List\nitems: []\n",
        "kind: Service\nitems:\n- name: a\n",
        "kind: List\nitems:\n- name: a\nkind: List\n",
        "{\"kind\": \"List\", \"items\": [{\"name\": \"a\"} {\"name\": \"b\"}]}",
        "{\"kind\": \"List\", \"items\": [{\"name\": \"a\"},]}",
        "{\"kind\": \"List\", \"items\": [1, {\"name\": \"a\"}]}",
        "{\"kind\": \"List\", \"items\": [{\"name\": \"a\"}], \"items\": []}",
        "{\"kind\": \"List\", \"items\": [{\"name\": \"a\"}",
    ] {
        let text = format!("{}{text}", long());
        assert_eq!(names(&text), None, "{text}");
    }
}
