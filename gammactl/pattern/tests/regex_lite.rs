//! What the filter's own engine makes of a pattern, which a config without automata is left to.

use fastrand::Rng;
use gamma_pattern::{Dfa, UnusablePattern};
use regex_lite::Regex;

/// As the router asks it.
fn regex_lite(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()?;
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

#[test]
fn it_agrees_on_what_both_know() {
    let mut rng = Rng::with_seed(1);
    let (mut too_large, mut texts, mut matching) = (0, 0, 0);
    for _ in 0..2_000 {
        let pattern = alternatives(&mut rng, 2);
        let regex = regex_lite(&pattern).unwrap_or_else(|| panic!("{pattern}"));
        let dfa = match Dfa::new(&pattern) {
            Ok(dfa) => dfa,
            Err(UnusablePattern::TooLarge) => {
                too_large += 1;
                continue;
            }
            Err(error) => panic!("{pattern}: {error}"),
        };
        for _ in 0..20 {
            let text = text(&mut rng, &dfa);
            let is_match = dfa.matches(text.as_bytes());
            assert_eq!(is_match, regex.is_match(&text), "`{pattern}` on {text:?}");
            texts += 1;
            matching += usize::from(is_match);
        }
    }
    println!("{too_large} patterns are too large, {matching} of {texts} texts match");
    // Else the test is about nothing.
    assert!(too_large < 20 && matching * 4 > texts && matching * 10 < texts * 9);
}

/// `docs/semantics.md` lists these.
#[test]
fn it_differs_where_the_page_says() {
    let (refused, yes, no) = (None::<bool>, Some(true), Some(false));
    let table: [(&str, &[u8], _, _); 30] = [
        // Characters, not bytes.
        (".", "é".as_bytes(), no, yes),
        ("..", "é".as_bytes(), yes, no),
        ("[^a]", "é".as_bytes(), no, yes),
        (r"\W", "é".as_bytes(), no, yes),
        ("é+", "éé".as_bytes(), no, yes),
        (r"\x{e9}", "é".as_bytes(), no, yes),
        (r"\xe9", b"\xe9", yes, no),
        // Braces that are no repetition.
        ("/users/{id}", b"/users/{id}", yes, refused),
        ("a{", b"a{", yes, refused),
        ("a{,3}", b"a{,3}", yes, refused),
        ("a{ 1}", b"a", no, yes),
        ("a{01}", b"a", no, yes),
        // Sets.
        ("[[]", b"[", yes, refused),
        ("[a&&b]", b"&", yes, refused),
        (r"[\d-z]", b"-", yes, refused),
        (r"\pL", b"a", yes, refused),
        (r"\s", b"\x0b", no, yes),
        // Escapes.
        (r"\<a\>", b"<a>", yes, no),
        (r"\<a\>", b"a", no, yes),
        (r"\b{start}a", b"a", no, yes),
        (r"\101", b"A", yes, refused),
        (r"\Qa.b\E", b"a.b", yes, refused),
        (r"\C", b"a", yes, refused),
        (r"\u0041", b"A", refused, yes),
        // Flags, names and limits.
        ("(?x)a b", b"ab", refused, yes),
        ("(?R)a", b"a", refused, yes),
        ("(?P<a>x)(?P<a>y)", b"xy", yes, refused),
        ("(?P<a.b>x)", b"x", refused, yes),
        ("a**", b"aa", refused, yes),
        ("a{1001}", b"a", refused, no),
    ];
    for (pattern, text, automaton, engine) in table {
        let dfa = Dfa::new(pattern).ok();
        assert_eq!(dfa.map(|dfa| dfa.matches(text)), automaton, "{pattern}");
        let text = String::from_utf8_lossy(text);
        let regex = regex_lite(pattern);
        assert_eq!(
            regex.map(|regex| regex.is_match(&text)),
            engine,
            "{pattern}"
        );
    }
}

const ATOMS: &[&str] = &[
    "a",
    "b",
    "k",
    "K",
    "0",
    "/",
    "-",
    " ",
    ".",
    "^",
    "$",
    r"\A",
    r"\z",
    r"\b",
    r"\B",
    r"\d",
    r"\D",
    r"\w",
    r"\W",
    r"\n",
    r"\t",
    r"\.",
    r"\x41",
    r"\x{61}",
    "[ab]",
    "[^ab]",
    "[a-c0]",
    "[^a-zA-Z]",
    "[[:alpha:]]",
    "[[:^alpha:]_]",
    "[^[:space:]]",
    "[[:punct:]]",
    r"[\d/]",
    r"[^\w]",
    r"[\x30-9]",
    "[]a]",
    "[^]a]",
    "[a-]",
    "(?i:k)",
    "(?i:[a-c])",
];
const REPETITIONS: &[&str] = &[
    "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{1,3}?",
];
const GROUPS: &[&str] = &["(", "(?:", "(?i:", "(?s:", "(?m:", "(?U:", "(?i-s:"];

fn pick<'a>(rng: &mut Rng, among: &[&'a str]) -> &'a str {
    among[rng.usize(..among.len())]
}

fn alternatives(rng: &mut Rng, depth: u32) -> String {
    let count = if rng.u32(..3) == 0 {
        rng.usize(2..4)
    } else {
        1
    };
    let parts: Vec<String> = (0..count)
        .map(|_| (0..rng.usize(..5)).map(|_| part(rng, depth)).collect())
        .collect();
    parts.join("|")
}

fn part(rng: &mut Rng, depth: u32) -> String {
    let mut part = match depth {
        1.. if rng.u32(..4) == 0 => {
            pick(rng, GROUPS).to_owned() + &alternatives(rng, depth - 1) + ")"
        }
        _ => pick(rng, ATOMS).into(),
    };
    if rng.u32(..3) == 0 {
        part += pick(rng, REPETITIONS);
    }
    part
}

/// Of ASCII. Most match, or nearly do.
fn text(rng: &mut Rng, dfa: &Dfa) -> String {
    let mut text = String::new();
    let mut state = dfa.start();
    while text.len() < 30 && !(dfa.accepts(state) && rng.u32(..4) == 0) {
        let mut bytes: Vec<u8> = (0..0x80).collect();
        bytes.retain(|&byte| !dfa.step(state, byte).is_dead());
        if bytes.is_empty() || rng.u32(..30) == 0 {
            text.push(char::from(rng.u8(..0x80)));
            break;
        }
        let byte = bytes[rng.usize(..bytes.len())];
        text.push(char::from(byte));
        state = dfa.step(state, byte);
    }
    text
}
