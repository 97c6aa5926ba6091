//! A table of odd documents and what kubectl makes of each: `src/yaml/documents.jsonl`.
//!
//! A row has a `file`, or a `value` that follows the usual beginning of a file; `NAME` is the object's name.
//! `objects` is what kubectl reads, nothing where it refuses the file. Where Gamma reads something else,
//! the row has this as `here` (`null` where it is refused), and `why`.
//! `UPDATE=1 cargo test -p gamma-manifest --test kubectl` records `objects` anew.

use std::{env, fs, path::PathBuf};

use serde_json::Value;

use crate::{
    kubectl::{self, HEADER},
    read::{normal, read},
};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/yaml/documents.jsonl")
}

fn rows() -> Vec<Value> {
    let text = fs::read_to_string(path()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn file(row: &Value) -> String {
    match (row["file"].as_str(), row["value"].as_str()) {
        (Some(file), None) => file.into(),
        (None, Some(value)) => format!("{HEADER}{value}"),
        _ => panic!("either `file` or `value`: {row}"),
    }
}

/// Objects without what every object has; the header's are read as `value` says.
fn shortened(objects: &[Value]) -> Vec<Value> {
    let short = |object: &Value| {
        let mut object = normal(object);
        if let Some(members) = object.as_object_mut() {
            for name in ["apiVersion", "kind", "metadata"] {
                members.remove(name);
            }
        }
        object
    };
    objects.iter().map(short).collect()
}

#[test]
fn the_table_is_what_is_read_here() {
    let rows = rows();
    let mut wrong = Vec::new();
    for row in &rows {
        let ours = read(&file(row).replace("NAME", "n00000"));
        let (expected, differs) = match row.get("here") {
            Some(here) => (here, true),
            None => (&row["objects"], false),
        };
        let expected = expected.to_string().replace("NAME", "n00000");
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let expected = expected
            .as_array()
            .filter(|objects| differs || !objects.is_empty());
        let same = match (&ours, expected) {
            (Ok(ours), Some(expected)) => shortened(ours) == shortened(expected),
            (Err(_), None) => true,
            _ => false,
        };
        // A difference has a reason, and is one.
        let explained =
            differs == row.get("why").is_some() && row.get("here") != Some(&row["objects"]);
        if !same || !explained {
            wrong.push(format!("{row}\nread: {ours:?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.len() > 100, "{}", rows.len());
}

#[test]
fn the_table_is_what_kubectl_reads() {
    let rows = rows();
    let files: Vec<String> = rows.iter().map(file).collect();
    let read = kubectl::read(&files);
    let update = env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    let mut text = String::new();
    for (row, objects) in rows.iter().zip(read) {
        let objects = Value::from(shortened(&objects));
        let mut recorded = row.clone();
        recorded["objects"] = objects;
        if normal(&recorded["objects"]) != normal(&row["objects"]) {
            wrong.push(format!("{row}\nkubectl: {}\n", recorded["objects"]));
        }
        text.push_str(&format!("{recorded}\n"));
    }
    if update {
        fs::write(path(), text).unwrap();
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
