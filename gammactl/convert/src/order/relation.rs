//! How two sets of texts stand to each other, told by their automata.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use gamma_pattern::Dfa;

/// Pairs of states that are looked at. What is larger counts as [`Relation::Overlap`], which makes an encoding longer and
/// never wrong.
const MOST_PAIRS: usize = 1 << 16;

/// How two sets stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// They have nothing in common.
    Disjoint,
    /// They are the same.
    Equal,
    /// The first one is in the second one.
    Within,
    /// The second one is in the first one.
    Around,
    /// They have something in common, and each has something of its own, as far as that is known.
    Overlap,
}

impl Relation {
    /// Of the sets in the other order.
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Within => Self::Around,
            Self::Around => Self::Within,
            other => other,
        }
    }

    /// Whether the first one is in the second one.
    pub(super) fn is_within(self) -> bool {
        matches!(self, Self::Within | Self::Equal)
    }

    /// From what is known to exist: texts of both, of the first one alone, of the second one alone.
    fn of(both: bool, first_alone: bool, second_alone: bool) -> Self {
        match (both, first_alone, second_alone) {
            // A set that is empty has nothing in common with any.
            (false, ..) => Self::Disjoint,
            (true, false, false) => Self::Equal,
            (true, false, true) => Self::Within,
            (true, true, false) => Self::Around,
            (true, true, true) => Self::Overlap,
        }
    }
}

/// What texts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Texts {
    /// Paths without their query: they begin with `/`.
    Paths,
    /// Values of headers and of query parameters.
    Values,
}

impl Texts {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Paths => byte > b' ' && byte != 0x7f && byte != b'?' && byte != b'#',
            Self::Values => (byte >= b' ' && byte != 0x7f) || byte == b'\t',
        }
    }
}

/// Pairs that are remembered: each pair of entries of a list asks, and most have one of a few patterns.
const MOST_KNOWN: usize = 1 << 16;

thread_local! {
    static KNOWN: RefCell<HashMap<(Texts, String, String), Relation>> = RefCell::default();
}

/// How the texts that two patterns match stand to each other.
pub(super) fn of_patterns(texts: Texts, one: String, other: String) -> Relation {
    let key = (texts, one, other);
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&key).copied()) {
        return known;
    }
    let found = match (Dfa::of(&key.1), Dfa::of(&key.2)) {
        (Ok(one), Ok(other)) => relation(texts, &one, &other),
        // One that can't be used may match anything.
        _ => Relation::Overlap,
    };
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(key, found);
    });
    found
}

/// How the texts that two automata accept stand to each other.
fn relation(texts: Texts, one: &Arc<Dfa>, other: &Arc<Dfa>) -> Relation {
    let (mut both, mut first_alone, mut second_alone) = (false, false, false);
    let start = match texts {
        Texts::Paths => (one.step(one.start(), b'/'), other.step(other.start(), b'/')),
        Texts::Values => (one.start(), other.start()),
    };
    let letters = letters(texts, one, other);
    let mut known = HashSet::from([start]);
    let mut next = VecDeque::from([start]);
    while let Some((a, b)) = next.pop_front() {
        let (of_one, of_other) = (one.accepts(a), other.accepts(b));
        both |= of_one && of_other;
        first_alone |= of_one && !of_other;
        second_alone |= of_other && !of_one;
        if both && first_alone && second_alone {
            break;
        }
        for &letter in &letters {
            let following = (one.step(a, letter), other.step(b, letter));
            if (following.0.is_dead() && following.1.is_dead()) || !known.insert(following) {
                continue;
            }
            if known.len() > MOST_PAIRS {
                return Relation::Overlap;
            }
            next.push_back(following);
        }
    }
    Relation::of(both, first_alone, second_alone)
}

/// A byte for each way in which the two automata tell bytes apart.
fn letters(texts: Texts, one: &Dfa, other: &Dfa) -> Vec<u8> {
    let mut classes = HashSet::new();
    (0..=u8::MAX)
        .filter(|&byte| texts.has(byte))
        .filter(|&byte| classes.insert((one.class(byte), other.class(byte))))
        .collect()
}
