//! Envoy refuses what RE2 makes too large a program of, and gammactl knows how large it is at least.

use std::collections::HashMap;

use fastrand::Rng;
use gamma_pattern::{ENVOY_PROGRAM_SIZE, program_size};
use gamma_random::variable;

use crate::{envoy::AskedEnvoy, patterns, special};

/// Patterns as people write them, and how many instructions Envoy counts.
const USUAL: [(&str, usize); 12] = [
    ("/users/[^/]+/orders", 21),
    ("/v[0-9]+/(users|orders|carts)/.*", 30),
    (r"/items/\d+", 13),
    ("/[a-z]{2}(-[A-Z]{2})?/.*", 16),
    ("(?i)/shop/.*", 12),
    (r".*\.(png|jpe?g|gif|svg|webp|css|js|map|woff2?)", 41),
    (
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        72,
    ),
    (
        "/users/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/orders",
        86,
    ),
    ("[0-9a-f]{64}", 132),
    (
        "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
        35,
    ),
    (
        r"Mozilla/5\.0 \((iPhone|iPad|Android|Linux)[^)]*\) .*(Mobile|Tablet)?.*",
        62,
    ),
    (
        r"(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}",
        61,
    ),
];

#[test]
fn a_program_has_at_least_as_many_instructions_as_is_said() {
    let mut rng = Rng::with_seed(variable("SEED", 1));
    let mut patterns = special::special();
    patterns.extend((0..variable("PATTERNS", 300)).map(|_| patterns::pattern(&mut rng)));
    let (mut exact, mut near) = (0, 0);
    let sizes = sizes(&patterns);
    for (&number, &size) in &sizes {
        let pattern = &patterns[number];
        // Groups may be nested too deeply for gammactl.
        let Some(said) = program_size(pattern) else {
            continue;
        };
        assert!(said <= size, "{said} instead of {size}: `{pattern}`");
        exact += usize::from(said == size);
        near += usize::from(said * 10 >= size * 8);
    }
    println!("{} patterns, {exact} exact, {near} near", sizes.len());
    // Else what is said is of no use.
    assert!(near * 100 > sizes.len() * 92, "{near} of {}", sizes.len());
}

#[test]
fn usual_patterns_have_as_many_instructions_as_is_said() {
    let sizes = sizes(&USUAL.map(|(pattern, _)| pattern.to_owned()));
    for (number, (pattern, size)) in USUAL.into_iter().enumerate() {
        assert_eq!(sizes.get(&number), Some(&size), "{pattern}");
        assert_eq!(program_size(pattern), Some(size), "{pattern}");
    }
}

#[test]
fn envoy_refuses_programs_of_more_than_a_hundred_instructions() {
    let patterns: Vec<String> = [96, 97, 98, 1_000]
        .into_iter()
        .map(|count| format!("a{{{count}}}"))
        .chain(USUAL.map(|(pattern, _)| pattern.into()))
        .collect();
    let envoy = AskedEnvoy::start(&patterns, None).expect("an Envoy");
    for (number, pattern) in patterns.iter().enumerate() {
        let size = program_size(pattern).expect("a pattern");
        assert_eq!(
            envoy.accepts(number),
            size <= ENVOY_PROGRAM_SIZE,
            "{pattern}"
        );
    }
    assert!(envoy.accepts(0) && !envoy.accepts(1));
}

/// What Envoy says if it allows none at all.
fn sizes(patterns: &[String]) -> HashMap<usize, usize> {
    AskedEnvoy::start(patterns, Some(0))
        .expect("an Envoy")
        .program_sizes()
}
