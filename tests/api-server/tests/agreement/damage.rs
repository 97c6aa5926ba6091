//! Damages an object somewhere: a member less, another type, something twice, an unknown field.

use fastrand::Rng;
use gamma_random::once_in;
use serde_json::{Value, json};

/// Damages the spec: what an object is called decides who reads it.
pub(crate) fn damage(object: &mut Value, rng: &mut Rng) {
    damage_value(&mut object["spec"], rng);
}

fn damage_value(value: &mut Value, rng: &mut Rng) {
    let here = once_in(rng, 6);
    match value {
        Value::Object(members) if !members.is_empty() && !here => {
            let at = rng.usize(..members.len());
            let name = members.keys().nth(at).unwrap().clone();
            if once_in(rng, 6) {
                let member = members.remove(&name).unwrap();
                if once_in(rng, 3) {
                    members.insert(format!("{name}s"), member);
                }
            } else {
                damage_value(&mut members[&name], rng);
            }
        }
        Value::Array(items) if !items.is_empty() && !here => {
            let at = rng.usize(..items.len());
            if once_in(rng, 4) {
                items.push(items[at].clone());
            } else {
                damage_value(&mut items[at], rng);
            }
        }
        other => *other = replaced(other, rng),
    }
}

fn replaced(value: &Value, rng: &mut Rng) -> Value {
    match value {
        Value::String(text) if rng.bool() => json!(match rng.u32(..6) {
            0 => text.to_uppercase(),
            1 => format!("{text} "),
            2 => format!("{text}\u{e9}"),
            3 => format!("{text}{text}"),
            4 => text.chars().rev().collect(),
            _ => String::new(),
        }),
        Value::Number(number) if rng.bool() => {
            let number = number.as_i64().unwrap_or_default();
            match rng.u32(..4) {
                0 => json!(-number),
                1 => json!(number.saturating_mul(1000)),
                2 => json!(0),
                _ => json!(number.to_string()),
            }
        }
        _ => match rng.u32(..7) {
            0 => json!([]),
            1 => json!({}),
            2 => json!(7),
            3 => json!("text"),
            4 => json!(true),
            5 => json!([value.clone()]),
            _ => json!({"name": value}),
        },
    }
}
