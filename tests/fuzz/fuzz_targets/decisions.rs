//! Router and compiler do with a request what the naive reference says, whatever the request.
//!
//! The first two bytes choose one of the random sets of routes, which are compiled once each; the next ones a client and
//! a random request, of which the rest of the input replaces parts.

#![no_main]

#[path = "../../tests/reference/compare.rs"]
#[allow(dead_code, reason = "the test counts classes")]
mod compare;

use std::{cell::RefCell, collections::HashMap};

use compare::World;
use fastrand::Rng;
use gamma_random::{NAMESPACES, RandomRequest};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Sets that are kept. More of them would be known less well.
const SETS: u16 = 512;

/// Routes, and what they are to clients in each of the namespaces.
type Set = (Vec<Value>, Vec<World<'static>>);

thread_local! {
    static KEPT: RefCell<HashMap<u16, Set>> = RefCell::default();
}

fuzz_target!(|input: &[u8]| {
    let [a, b, c, d, e, rest @ ..] = input else {
        return;
    };
    let set = u16::from_le_bytes([*a, *b]) % SETS;
    KEPT.with_borrow_mut(|kept| {
        let (objects, worlds) = kept.entry(set).or_insert_with(|| {
            let objects = gamma_random::objects(&mut Rng::with_seed(u64::from(set)));
            let worlds = World::all(&objects, &NAMESPACES).expect("random routes are right");
            (objects, worlds)
        });
        let seed = u64::from(u16::from_le_bytes([*c, *d]));
        let mut request = gamma_random::request(&mut Rng::with_seed(seed), objects);
        rest.split(|byte| *byte == b'\n')
            .for_each(|part| replace(&mut request, part));
        let world = &mut worlds[usize::from(*e) % NAMESPACES.len()];
        if let Err(found) = world.compare(&request) {
            panic!(
                "set {set}, a client in {}, {request:?}: {found}",
                world.client
            );
        }
    });
});

/// Replaces or extends a part of the request by text that a proxy lets through.
fn replace(request: &mut RandomRequest, part: &[u8]) {
    let Some((which, text)) = part.split_first() else {
        return;
    };
    let is_sent = |byte: &&u8| byte.is_ascii_graphic() || **byte == b' ';
    let text: String = text
        .iter()
        .filter(is_sent)
        .map(|byte| char::from(*byte))
        .collect();
    let path = || text.replace([' ', '#'], "");
    match which {
        b'p' => request.path = format!("/{}", path()),
        b'+' => request.path.push_str(&path()),
        b'a' => request.authority = path(),
        b'm' => request.method = path(),
        b'h' => {
            if let Some((name, value)) = text.split_once(':') {
                let is_name = !name.is_empty() && !name.contains(' ');
                if is_name {
                    request.headers.push((name.into(), value.trim().into()));
                }
            }
        }
        b'-' => drop(request.headers.pop()),
        b'd' => request.destination = text.parse().ok(),
        _ => {}
    }
}
