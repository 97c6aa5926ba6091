//! Random patterns: everything that RE2's syntax has, and what is nearly that.

use fastrand::Rng;
use gamma_random::{once_in, pick};

/// Parts of expressions that stand for one character or none.
const ATOMS: &[&str] = &[
    "a",
    "b",
    "k",
    "K",
    "s",
    "0",
    "-",
    "/",
    " ",
    "_",
    "{",
    "}",
    "]",
    ",",
    ":",
    "é",
    "É",
    "µ",
    "ÿ",
    "ß",
    "×",
    "\u{212a}",
    "\u{17f}",
    "€",
    "😀",
    ".",
    ".",
    "^",
    "$",
    r"\A",
    r"\z",
    r"\b",
    r"\B",
    r"\C",
    r"\d",
    r"\D",
    r"\s",
    r"\S",
    r"\w",
    r"\W",
    r"\n",
    r"\t",
    r"\r",
    r"\f",
    r"\v",
    r"\a",
    r"\.",
    r"\-",
    r"\/",
    r"\_",
    r"\{",
    r"\ ",
    r"\<",
    r"\>",
    r"\x41",
    r"\xe9",
    r"\x{e9}",
    r"\x{0}",
    r"\x{0041}",
    r"\x7F",
    r"\0",
    r"\07",
    r"\101",
    r"\351",
    r"\012",
    r"\377",
    r"\Qa.b\E",
    r"\Q\E",
    r"\Q(",
    r"\Q+\\E",
];

/// Sets of characters that also stand in brackets.
const SETS: &[&str] = &[
    r"\pL",
    r"\PL",
    r"\pN",
    r"\pZ",
    r"\pC",
    r"\pM",
    r"\pS",
    r"\pP",
    r"\p{Lu}",
    r"\p{Ll}",
    r"\p{Lo}",
    r"\p{Lt}",
    r"\p{Nd}",
    r"\p{No}",
    r"\p{Po}",
    r"\p{Sc}",
    r"\p{Sk}",
    r"\p{So}",
    r"\p{Sm}",
    r"\p{Cf}",
    r"\p{Cc}",
    r"\p{Zs}",
    r"\p{^Lu}",
    r"\P{^Lu}",
    r"\P{Lu}",
    r"\p{Greek}",
    r"\P{Greek}",
    r"\p{Latin}",
    r"\p{^Latin}",
    r"\p{Common}",
    r"\P{Common}",
    r"\p{Any}",
    r"\P{Any}",
    r"\p{Han}",
    r"\p{Cyrillic}",
    r"\p{Inherited}",
    r"\d",
    r"\D",
    r"\s",
    r"\S",
    r"\w",
    r"\W",
];

const POSIX: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// Ends of ranges, in order.
const ENDS: &[&str] = &[
    r"\0", r"\x01", r"\n", r"\015", r"\ ", "!", "+", "-", ".", "0", "9", ":", "A", "K", "S", "Z",
    "[", r"\[", r"\\", r"\]", "_", "a", "c", "k", "s", "z", "{", "~", r"\x7f", r"\200", r"\x{c0}",
    r"\xe9", r"\377", r"\x{ff}",
];

/// Members of sets.
const MEMBERS: &[&str] = &[
    "a", "c", "k", "z", "A", "K", "S", "Z", "0", "9", " ", "!", "~", "&", "&&", "--", "~~", "[",
    "(", ")", "*", "+", "?", ".", "$", "|", "{", "}", "/", "_", ":", "é", "ÿ", "\u{212a}", "€",
    r"\]", r"\-", r"\\", r"\n", r"\x01", r"\x{ff}", r"\xe0", r"\377", r"\0", r"\^", r"\[", "^",
];

const REPETITIONS: &[&str] = &[
    "*", "+", "?", "*?", "+?", "??", "{0}", "{1}", "{2}", "{3}", "{0,}", "{1,}", "{2,}", "{0,1}",
    "{0,2}", "{1,3}", "{2,3}?", "{2}?", "{1,}?", "{,3}", "{ 2}", "{2, 3}", "{a}", "{", "{2", "{2,",
    "{02}", "{2,03}", "{}", "{,}",
];

const GROUPS: &[&str] = &[
    "(", "(", "(", "(?:", "(?:", "(?i:", "(?s:", "(?m:", "(?U:", "(?i-s:", "(?-i:", "(?ims:",
    "(?sU-im:", "(?-ims:", "(?P<a>", "(?<b>", "(?P<c_1>",
];

const FLAGS: &[&str] = &[
    "(?i)", "(?s)", "(?m)", "(?U)", "(?i-m)", "(?-i)", "(?ims-U)", "(?-s)", "(?ii)",
];

/// What a slip of the pen puts into a pattern.
const SLIPS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "*",
    "+",
    "?",
    "|",
    "\\",
    "^",
    "$",
    ".",
    ",",
    "-",
    ":",
    "[:",
    ":]",
    "[^",
    "(?",
    "(?P<",
    "<",
    ">",
    "{2}",
    "{1001}",
    "{3,2}",
    "{1000}",
    "**",
    r"\1",
    r"\8",
    r"\Z",
    r"\G",
    r"\u0041",
    r"\X",
    r"\K",
    r"\h",
    r"\R",
    r"\c",
    r"\p",
    r"\p{",
    r"\p{Grek}",
    r"\pX",
    r"\x",
    r"\x4",
    r"\x{",
    r"\x{}",
    r"\x{100}",
    r"\x{fg}",
    r"\400",
    r"\777",
    "(?=",
    "(?!",
    "(?<=",
    "(?<!",
    "(?x)",
    "(?u)",
    "(?R)",
    "(?#",
    "(?>",
    "(?|",
    "(?P=a)",
    "(?P>a)",
    "(?i",
    "(?i-)",
    "(?-)",
    "(?i--s)",
    "(?)",
    "(?:)",
    "(?P<a>",
    "[[:foo:]]",
    "[:alpha:]",
    "[[:^alpha:]]",
    "[[:alpha:",
    "[[=a=]]",
    "[z-a]",
    r"[a-\d]",
    r"[\d-z]",
    "[a-b-c]",
    "[]",
    "[^]",
    "[]a]",
    "[^]a]",
    "é",
    "\u{1}",
    "\u{7f}",
    r"\é",
    r"\Q",
    r"\E",
];

/// A pattern; one in four was changed, which most often makes it none.
pub(crate) fn pattern(rng: &mut Rng) -> String {
    loop {
        let depth = rng.u32(0..5);
        let mut pattern = alternatives(rng, depth);
        if once_in(rng, 4) {
            for _ in 0..rng.u32(1..4) {
                pattern = changed(rng, &pattern);
            }
        }
        // Envoy knows no empty patterns; what is much longer is not much else.
        if (1..400).contains(&pattern.len()) {
            return pattern;
        }
    }
}

fn alternatives(rng: &mut Rng, depth: u32) -> String {
    let count = if once_in(rng, 3) { rng.usize(2..5) } else { 1 };
    let parts: Vec<String> = (0..count).map(|_| sequence(rng, depth)).collect();
    parts.join("|")
}

fn sequence(rng: &mut Rng, depth: u32) -> String {
    let count = rng.usize(0..5);
    (0..count).map(|_| repeated(rng, depth)).collect()
}

fn repeated(rng: &mut Rng, depth: u32) -> String {
    if once_in(rng, 10) {
        return pick(rng, FLAGS).into();
    }
    let mut part = part(rng, depth);
    if once_in(rng, 3) {
        part += pick(rng, REPETITIONS);
    }
    part
}

fn part(rng: &mut Rng, depth: u32) -> String {
    match rng.u32(..10) {
        0..=2 if depth > 0 => pick(rng, GROUPS).to_owned() + &alternatives(rng, depth - 1) + ")",
        3..=5 => class(rng),
        6 => pick(rng, SETS).into(),
        _ => pick(rng, ATOMS).into(),
    }
}

fn class(rng: &mut Rng) -> String {
    let mut class = String::from("[");
    if once_in(rng, 3) {
        class.push('^');
    }
    if once_in(rng, 8) {
        class.push_str(pick(rng, &["]", "-"]));
    }
    for _ in 0..rng.u32(1..4) {
        match rng.u32(..6) {
            0 => class += pick(rng, SETS),
            1 => {
                let negation = pick(rng, &["", "", "^"]);
                class += &format!("[:{negation}{}:]", pick(rng, POSIX));
            }
            2..=3 => {
                let mut ends = [rng.usize(..ENDS.len()), rng.usize(..ENDS.len())];
                if !once_in(rng, 12) {
                    ends.sort_unstable();
                }
                class += &ends.map(|end| ENDS[end]).join("-");
            }
            _ => class += pick(rng, MEMBERS),
        }
    }
    if once_in(rng, 8) {
        class.push('-');
    }
    class + "]"
}

/// With one slip.
fn changed(rng: &mut Rng, pattern: &str) -> String {
    let characters: Vec<char> = pattern.chars().collect();
    let [from, to] = [
        rng.usize(..=characters.len()),
        rng.usize(..=characters.len()),
    ];
    let end = (from + 1).min(characters.len());
    let text = |characters: &[char]| characters.iter().collect::<String>();
    match rng.u32(..5) {
        // Something is left out, repeated, cut off or put in.
        0 => text(&characters[..from]) + &text(&characters[end..]),
        1 => text(&characters[..from.max(to)]) + &text(&characters[from.min(to)..]),
        2 => text(&characters[..from]),
        _ => text(&characters[..from]) + pick(rng, SLIPS) + &text(&characters[from..]),
    }
}
