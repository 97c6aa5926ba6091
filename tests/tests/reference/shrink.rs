//! Makes a disagreement small enough to read.

use gamma_random::RandomRequest;
use serde_json::Value;

use crate::compare::World;

/// Leaves out whatever the disagreement does not need, and prints the rest.
pub(crate) fn shrink(objects: &[Value], request: &RandomRequest, client: &str) -> String {
    let mut objects = Value::from(objects.to_vec());
    let mut found = disagreement(&objects, request, client).unwrap_or_default();
    while let Some((smaller, says)) = paths(&objects, "").into_iter().find_map(|path| {
        let smaller = without(&objects, &path)?;
        let says = disagreement(&smaller, request, client)?;
        Some((smaller, says))
    }) {
        (objects, found) = (smaller, says);
    }
    let objects: Vec<String> = objects
        .as_array()
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    format!(
        "reduced to:\n{}\n{request:?}\nfrom {client}: {found}",
        objects.join("\n---\n")
    )
}

/// How the two disagree, if they do in one of several draws and the objects are valid.
fn disagreement(objects: &Value, request: &RandomRequest, client: &str) -> Option<String> {
    let mut world = World::all(objects.as_array()?, &[client]).ok()?.pop()?;
    (0..32).find_map(|_| world.compare(request).err())
}

/// Everything in `value` that might be left out, as JSON pointers, large parts first.
fn paths(value: &Value, at: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(values) => values
            .iter()
            .enumerate()
            .map(|(i, v)| (format!("{at}/{i}"), v))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, v)| (format!("{at}/{}", key.replace('/', "~1")), v))
            .collect(),
        _ => Vec::new(),
    };
    let here = children.iter().map(|(path, _)| path.clone());
    let below = children.iter().flat_map(|(path, child)| paths(child, path));
    here.chain(below).collect()
}

fn without(value: &Value, path: &str) -> Option<Value> {
    let mut smaller = value.clone();
    let (parent, last) = path.rsplit_once('/')?;
    match smaller.pointer_mut(parent)? {
        Value::Array(values) => {
            values.remove(last.parse().ok()?);
        }
        Value::Object(fields) => {
            fields.remove(last)?;
        }
        _ => return None,
    }
    Some(smaller)
}
