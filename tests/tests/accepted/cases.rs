//! Cases: the manifests of one small cluster, some of them damaged, as documents.

use fastrand::Rng;
use gamma_random::{NAMESPACES, cluster, damage, once_in};
use serde_json::Value;

/// The manifests of one cluster.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// A document each, in JSON unless it is damaged as text.
    pub(crate) documents: Vec<String>,
    /// How many of them are damaged.
    pub(crate) damaged: usize,
}

/// Cases with `manifests` documents or a few more. They share no namespace and no address, so that none takes
/// anything away from another.
pub(crate) fn cases(rng: &mut Rng, manifests: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut total = 0;
    while total < manifests {
        let case = case(rng, cases.len());
        total += case.documents.len();
        cases.push(case);
    }
    cases
}

fn case(rng: &mut Rng, number: usize) -> Case {
    let objects: Vec<Value> = cluster(rng)
        .into_iter()
        .map(|object| apart(&object, number))
        .collect();
    // Damage to one object shows best where the others are right.
    let damaged_share = one_in(rng);
    let mut damaged = 0;
    let documents = objects
        .into_iter()
        .map(|mut object| {
            if damaged_share == 0 || !once_in(rng, damaged_share) {
                return object.to_string();
            }
            damaged += 1;
            if once_in(rng, 8) {
                return text(rng, object.to_string());
            }
            for _ in 0..rng.u32(1..=3) {
                damage(rng, &mut object);
            }
            object.to_string()
        })
        .collect();
    Case { documents, damaged }
}

/// One in how many objects of a case is damaged; 0 for none.
fn one_in(rng: &mut Rng) -> u32 {
    gamma_random::pick(rng, &[0, 2, 6, 6, 20])
}

/// The object in namespaces and with addresses that no other case has.
fn apart(object: &Value, number: usize) -> Value {
    let mut text = object.to_string();
    for namespace in NAMESPACES {
        text = text.replace(
            &format!("\"namespace\":\"{namespace}\""),
            &format!("\"namespace\":\"{namespace}-{number}\""),
        );
    }
    let text = text
        .replace(
            "\"10.0.0.",
            &format!("\"10.{}.{}.", 2 + number / 250, number % 250),
        )
        .replace("\"fd00::", &format!("\"fd00:{number:x}::"));
    serde_json::from_str(&text).expect("names and addresses changed")
}

/// A character goes, comes twice, or becomes one that means something in YAML.
fn text(rng: &mut Rng, mut text: String) -> String {
    const CHARACTERS: [char; 12] = [
        '\t', '\n', '"', '\'', ':', '-', '{', '}', '[', '#', '&', '\u{a0}',
    ];
    // The documents are ASCII, but for a value or two.
    let at = rng.usize(..text.len());
    if !text.is_char_boundary(at) || !text.is_char_boundary(at + 1) {
        return text;
    }
    let character = gamma_random::pick(rng, &CHARACTERS);
    match rng.u32(..3) {
        0 => drop(text.remove(at)),
        1 => text.insert(at, character),
        _ => text.replace_range(at..=at, &character.to_string()),
    }
    text
}
