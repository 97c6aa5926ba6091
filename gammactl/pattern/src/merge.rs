//! One automaton of two.
//!
//! A state of both is a pair of states, and there can be as many pairs as the product. What keeps them few is that a
//! request wants the first match only: once a text is sure to be matched by a pattern that comes first, whatever
//! follows, the patterns behind it need not be followed any more.

use std::collections::HashMap;

use crate::{dfa::Dfa, minimal::minimal};

/// Where the matches of a pattern stand in their table: lower comes first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MatchPlace {
    /// The first match.
    pub(crate) first: u32,
    /// The first match that asks for nothing but the pattern.
    pub(crate) sure: Option<u32>,
}

/// One automaton for the patterns of both, if it has no more than `most` states. `places` are by number of pattern.
pub(crate) fn merged(one: &Dfa, other: &Dfa, places: &[MatchPlace], most: usize) -> Option<Dfa> {
    let sides = [
        ProductSide::new(one, places),
        ProductSide::new(other, places),
    ];
    let classes = Classes::new(one, other);
    let mut numbers: HashMap<[u32; 2], u32> = HashMap::from([([0, 0], 0)]);
    let mut pairs = vec![[0, 0]];
    let mut next = vec![0; classes.letters.len()];
    let mut lists = Lists::default();
    let mut matched = vec![0];
    let mut number = |pair: [u32; 2], pairs: &mut Vec<[u32; 2]>| {
        let pair = followed(pair, &sides);
        *numbers.entry(pair).or_insert_with(|| {
            pairs.push(pair);
            pairs.len() as u32 - 1
        })
    };
    number([1, 1], &mut pairs);
    let mut at = 1;
    while let Some(&[a, b]) = pairs.get(at) {
        if pairs.len() > most {
            return None;
        }
        at += 1;
        let of_one = &one.lists[one.matched[a as usize] as usize];
        let of_other = &other.lists[other.matched[b as usize] as usize];
        matched.push(lists.number(of_one, of_other, places));
        for &letter in &classes.letters {
            next.push(number(
                [step(one, a, letter), step(other, b, letter)],
                &mut pairs,
            ));
        }
    }
    let product = Dfa {
        classes: classes.by_byte,
        width: classes.letters.len(),
        next,
        matched,
        lists: lists.lists,
    };
    Some(minimal(&product))
}

fn step(dfa: &Dfa, state: u32, letter: u8) -> u32 {
    dfa.next[state as usize * dfa.width + usize::from(dfa.classes[usize::from(letter)])]
}

/// A side of a pair, and what is sure in its states.
struct ProductSide {
    /// The first place of any of its patterns.
    first: u32,
    /// By state: whatever follows, a match at this place or before it is sure.
    sure: Vec<u32>,
}

impl ProductSide {
    fn new(dfa: &Dfa, places: &[MatchPlace]) -> Self {
        let patterns = dfa.lists.iter().flatten();
        let first = patterns.map(|&pattern| places[pattern as usize].first);
        let sure_in = |list: &[u32]| {
            let sure = list.iter().filter_map(|&p| places[p as usize].sure);
            sure.min().unwrap_or(u32::MAX)
        };
        let of_lists: Vec<u32> = dfa.lists.iter().map(|list| sure_in(list)).collect();
        let mut sure: Vec<u32> = dfa
            .matched
            .iter()
            .map(|&list| of_lists[list as usize])
            .collect();
        let sent = sent_classes(dfa);
        loop {
            let mut has_changed = false;
            for (state, row) in dfa.next.chunks(dfa.width).enumerate().rev() {
                let following = sent.iter().map(|&class| sure[row[class] as usize]).max();
                let worst = following.unwrap_or(u32::MAX).max(sure[state]);
                has_changed |= worst != sure[state];
                sure[state] = worst;
            }
            if !has_changed {
                break;
            }
        }
        Self {
            first: first.min().unwrap_or(u32::MAX),
            sure,
        }
    }
}

/// Classes of bytes that can be in a request: no line breaks, which `.` does not match, and no NUL.
fn sent_classes(dfa: &Dfa) -> Vec<usize> {
    let bytes = (0..=u8::MAX).filter(|byte| !matches!(byte, 0 | b'\r' | b'\n'));
    let mut classes: Vec<usize> = bytes.map(|byte| usize::from(dfa.class(byte))).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// The pair without the side that nobody will ask.
fn followed(pair: [u32; 2], sides: &[ProductSide; 2]) -> [u32; 2] {
    let [one, other] = sides;
    let [a, b] = pair;
    if one.sure[a as usize] < other.first {
        return [a, 0];
    }
    if other.sure[b as usize] < one.first {
        return [0, b];
    }
    pair
}

/// Classes of bytes that neither side tells apart.
struct Classes {
    by_byte: [u8; 256],
    /// A byte of each class.
    letters: Vec<u8>,
}

impl Classes {
    fn new(one: &Dfa, other: &Dfa) -> Self {
        let mut known: HashMap<[u8; 2], u8> = HashMap::new();
        let mut letters = Vec::new();
        let mut by_byte = [0; 256];
        for byte in 0..=u8::MAX {
            by_byte[usize::from(byte)] = *known
                .entry([one.class(byte), other.class(byte)])
                .or_insert_with(|| {
                    letters.push(byte);
                    (letters.len() - 1) as u8
                });
        }
        Self { by_byte, letters }
    }
}

/// Lists of patterns that match the same texts.
struct Lists {
    numbers: HashMap<Box<[u32]>, u32>,
    lists: Vec<Box<[u32]>>,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            numbers: HashMap::from([(Box::default(), 0)]),
            lists: vec![Box::default()],
        }
    }
}

impl Lists {
    /// The number of the patterns of both lists, but for those that come behind one that is sure.
    fn number(&mut self, one: &[u32], other: &[u32], places: &[MatchPlace]) -> u32 {
        let mut both = [one, other].concat();
        let sure = both.iter().filter_map(|&p| places[p as usize].sure).min();
        both.retain(|&p| sure.is_none_or(|sure| places[p as usize].first <= sure));
        both.sort_unstable();
        both.dedup();
        let both: Box<[u32]> = both.into();
        if let Some(&number) = self.numbers.get(&both) {
            return number;
        }
        let number = self.lists.len() as u32;
        self.lists.push(both.clone());
        self.numbers.insert(both, number);
        number
    }
}
