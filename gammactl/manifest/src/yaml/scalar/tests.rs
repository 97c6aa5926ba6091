use serde_json::Value;

use super::*;

/// What `sigs.k8s.io/yaml` makes of scalars without quotes: text and JSON, `!` where it refuses them.
const TABLE: &str = include_str!("../scalars.tsv");

#[test]
fn scalars_are_what_kubectl_takes_them_for() {
    let mut count = 0;
    for line in TABLE.lines().filter(|line| !line.starts_with("# ")) {
        let (text, expected) = line.split_once('\t').unwrap();
        let read = Scalar::plain(text.to_owned()).in_json();
        let json = read.map_or_else(|_| "!".into(), |scalar| json(&scalar).to_string());
        let expected = match serde_json::from_str::<Value>(expected) {
            // Go writes 1000.0 as 1000.
            Ok(Value::Number(number)) => {
                number.as_f64().map_or(Value::Null, Value::from).to_string()
            }
            Ok(expected) => expected.to_string(),
            Err(_) => expected.to_owned(),
        };
        assert_eq!(json, expected, "{text}");
        count += 1;
    }
    assert!(count > 300, "{count}");
}

fn json(scalar: &Scalar) -> Value {
    match scalar.meaning {
        Meaning::Null => Value::Null,
        Meaning::Boolean(value) => value.into(),
        Meaning::Integer(value) => (value as f64).into(),
        Meaning::Float(value) => value.into(),
        Meaning::String => (&*scalar.text).into(),
    }
}

#[test]
fn a_tag_decides_what_a_scalar_is() {
    let read = |tag, text: &str| Scalar::tagged(tag, text.into()).map(|scalar| scalar.meaning);
    assert_eq!(read("str", "80"), Ok(Meaning::String));
    assert_eq!(read("str", "~"), Ok(Meaning::String));
    assert_eq!(read("int", "80"), Ok(Meaning::Integer(80)));
    assert_eq!(read("float", "1"), Ok(Meaning::Float(1.0)));
    assert_eq!(read("bool", "yes"), Ok(Meaning::Boolean(true)));
    assert_eq!(read("null", "~"), Ok(Meaning::Null));
    assert_eq!(read("timestamp", "2026-1-31"), Ok(Meaning::String));
    assert_eq!(read("unknown", "80"), Ok(Meaning::String));
    assert_eq!(read("binary", "aGk="), Ok(Meaning::String));
    for (tag, text) in [
        ("int", "x"),
        ("null", "x"),
        ("bool", "1"),
        ("timestamp", "today"),
        ("binary", "aGk"),
    ] {
        assert!(read(tag, text).is_err(), "!!{tag} {text}");
    }
}

#[test]
fn an_integer_may_be_written_as_a_float() {
    for (text, integer) in [
        ("80", Some(80)),
        ("80.0", Some(80)),
        ("8e1", Some(80)),
        ("-0.0", Some(0)),
        ("1.5", None),
        ("1e21", None),
        ("x", None),
    ] {
        assert_eq!(Meaning::of(text).as_integer(), integer, "{text}");
    }
}
