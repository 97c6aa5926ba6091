//! Bytes that a host hands over as a header map are the headers that a plain reading finds in them, up to where they
//! are cut short; and what was written is read back.

#![no_main]

#[path = "../../../filter/src/header_map.rs"]
#[allow(
    dead_code,
    unfulfilled_lint_expectations,
    reason = "the filter uses all of it"
)]
mod header_map;

use gamma_config::wire;
use gamma_router::Headers;
use header_map::{HeaderMap, encode};
use libfuzzer_sys::fuzz_target;

type Pair = (Vec<u8>, Vec<u8>);

fuzz_target!(|bytes: &[u8]| {
    let map = HeaderMap::new(bytes.to_vec());
    let pairs: Vec<Pair> = map
        .iter()
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect();
    assert_eq!(pairs, plainly(bytes));
    assert_eq!(
        map.is_whole(pairs.len()),
        word(bytes, 0) == Some(pairs.len())
    );
    for (name, _) in &pairs {
        let lower = name.to_ascii_lowercase();
        assert_eq!(wire::is_owned(name), is_owned(&lower));
        let Ok(asked) = str::from_utf8(&lower) else {
            continue;
        };
        let expected: Vec<&[u8]> = pairs
            .iter()
            .filter(|(other, _)| other.to_ascii_lowercase() == lower)
            .map(|(_, value)| &**value)
            .collect();
        assert_eq!(map.values(asked).collect::<Vec<_>>(), expected);
        assert_eq!(map.first(asked), expected[0]);
    }
    let named: Option<Vec<(&str, &[u8])>> = pairs
        .iter()
        .map(|(name, value)| Some((str::from_utf8(name).ok()?, &**value)))
        .collect();
    let Some(named) = named else { return };
    let written = HeaderMap::new(encode(&named));
    assert!(written.is_whole(named.len()));
    assert!(
        written
            .iter()
            .eq(named.iter().map(|(name, value)| (name.as_bytes(), *value)))
    );
});

/// A count, lengths, and texts with a NUL behind each: read with an index, as the ABI describes it.
fn plainly(bytes: &[u8]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let Some(count) = word(bytes, 0) else {
        return pairs;
    };
    let mut at = 4 + 8 * count;
    if at > bytes.len() {
        return pairs;
    }
    let mut text = |length: usize| {
        // The NUL belongs to it.
        let text = bytes.get(at..at + length + 1)?;
        at += length + 1;
        Some(text[..length].to_vec())
    };
    for number in 0..count {
        let length = |which| word(bytes, 4 + 8 * number + which).expect("as many as that");
        let Some(name) = text(length(0)) else { break };
        let Some(value) = text(length(4)) else { break };
        pairs.push((name, value));
    }
    pairs
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..at + 4)?;
    Some(
        word.iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
    )
}

/// Of a name in lower case.
fn is_owned(name: &[u8]) -> bool {
    name.starts_with(b"x-gamma-")
        || name == wire::ORIGINAL_PATH.as_bytes()
        || wire::CONTROLS
            .iter()
            .any(|control| control.as_bytes() == name)
}
