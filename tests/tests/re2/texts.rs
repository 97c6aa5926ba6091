//! Texts that a pattern is tried on.

use std::collections::HashSet;

use fastrand::Rng;
use gamma_pattern::{Dfa, DfaState};
use gamma_random::{once_in, pick};

/// States that are looked at to find the nearest end.
const MOST_LOOKED_AT: usize = 5_000;
/// Bytes on which patterns often differ.
const INTERESTING: &[u8] =
    b"abkKsS09_-/ .\n\r\t\x0b\x0c\x01\x7f\x80\xaa\xb5\xc3\xe9\xa9\xc9\xdf\xff\xf7\xd7";

/// Half of them match, and others nearly do.
pub(crate) fn texts(rng: &mut Rng, pattern: &str, dfa: &Dfa, count: usize) -> HashSet<Vec<u8>> {
    let mut texts = HashSet::from([Vec::new(), pattern.as_bytes().to_vec()]);
    for number in 0..count.saturating_sub(texts.len()) {
        let mut text = match number % 5 {
            4 => None,
            _ => member(rng, dfa),
        }
        .unwrap_or_else(|| (0..rng.usize(1..6)).map(|_| byte(rng)).collect());
        if number % 2 == 1 {
            change(rng, &mut text);
        }
        texts.insert(text);
    }
    // What carries texts to Envoy ends at a NUL.
    texts.retain(|text| !text.contains(&0) && text.len() < 8_000);
    texts
}

fn byte(rng: &mut Rng) -> u8 {
    match once_in(rng, 3) {
        true => rng.u8(1..),
        false => pick(rng, INTERESTING),
    }
}

fn change(rng: &mut Rng, text: &mut Vec<u8>) {
    let at = rng.usize(..=text.len());
    match rng.u32(..4) {
        0 if at < text.len() => drop(text.remove(at)),
        // The other case of a letter, in ASCII and in Latin-1.
        1 if at < text.len() => text[at] ^= 0x20,
        2 if at < text.len() => text[at] = byte(rng),
        _ => text.insert(at, byte(rng)),
    }
}

/// A text that matches, if there is one that is found.
fn member(rng: &mut Rng, dfa: &Dfa) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut state = dfa.start();
    let most = rng.usize(..40);
    while text.len() < most && !(dfa.accepts(state) && once_in(rng, 4)) {
        let Some((byte, next)) = (0..20).find_map(|_| {
            let byte = byte(rng);
            let next = dfa.step(state, byte);
            (!next.is_dead()).then_some((byte, next))
        }) else {
            break;
        };
        text.push(byte);
        state = next;
    }
    text.extend(nearest_end(rng, dfa, state)?);
    Some(text)
}

/// The shortest text by which a match ends that has come to `state`.
fn nearest_end(rng: &mut Rng, dfa: &Dfa, state: DfaState) -> Option<Vec<u8>> {
    // By state, the place of the one before it and the byte between them.
    let mut found = vec![(state, 0, 0)];
    let mut known = HashSet::from([state]);
    let mut at = 0;
    let first = rng.u8(..);
    while let Some(&(state, ..)) = found.get(at).filter(|_| at < MOST_LOOKED_AT) {
        if dfa.accepts(state) {
            let mut text = Vec::new();
            while at > 0 {
                let (_, before, byte) = found[at];
                text.push(byte);
                at = before;
            }
            text.reverse();
            return Some(text);
        }
        for byte in (0..=u8::MAX).map(|byte| byte.wrapping_add(first)) {
            let next = dfa.step(state, byte);
            if byte != 0 && !next.is_dead() && known.insert(next) {
                found.push((next, at, byte));
            }
        }
        at += 1;
    }
    None
}
