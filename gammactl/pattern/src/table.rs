//! The automata of a route table's patterns.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use gamma_config::{
    Automaton, MatchType, PathMatch, PathMatchType, PathPatterns, Patterns, RouteTable,
    ValuePattern,
};

use crate::{
    dfa::Dfa,
    merge::{MatchPlace, merged},
};

/// Most automata that one path has to be read by: what bounds the time of a decision, whatever the patterns are. Each
/// takes a step for each byte of the path.
pub const MOST_AUTOMATA: usize = 128;

/// More automata than this are merged further, at the price of a larger config.
const MANY_AUTOMATA: usize = 32;
/// An automaton of two may have so many times their states.
const GROWTH: [usize; 4] = [1, 2, 4, 8];

/// Patterns of paths that are more than a path can be read by. They match nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TooManyAutomata(pub Vec<String>);

/// The automata for the patterns of `table`. What has none because it is no pattern is left out.
#[must_use]
pub fn compile(table: &RouteTable) -> (Patterns, TooManyAutomata) {
    let mut automata = Automata::default();
    let mut patterns = Patterns {
        values: values(table, &mut automata),
        ..Patterns::default()
    };
    let mut excess = TooManyAutomata::default();
    let groups: Vec<PrefixGroup> = prefix_groups(table);
    let mut kept: HashMap<&str, usize> = HashMap::new();
    for group in &groups {
        // Prefixes come before those that they are prefixes of.
        let above = ancestors(&group.prefix).filter_map(|above| kept.get(above));
        let left = MOST_AUTOMATA.saturating_sub(above.sum());
        let merged = group.merged();
        kept.insert(&group.prefix, merged.len().min(left));
        for (n, dfa) in merged.iter().enumerate() {
            let (automaton, members) = group.split(dfa);
            match automaton.filter(|_| n < left) {
                Some(automaton) => patterns.paths.push(PathPatterns {
                    prefix: group.prefix.clone(),
                    automaton: automata.number(automaton),
                    patterns: members,
                }),
                None => excess.0.extend(members),
            }
        }
    }
    if !excess.0.is_empty()
        && let Some(nothing) = Dfa::of("[^\\x00-\\xff]")
            .ok()
            .and_then(|dfa| dfa.automaton())
    {
        patterns.paths.push(PathPatterns {
            prefix: String::new(),
            automaton: automata.number(nothing),
            patterns: excess.0.clone(),
        });
    }
    patterns.automata = automata.all;
    (patterns, excess)
}

/// The prefixes of all paths below `prefix` that are shorter than it.
fn ancestors(prefix: &str) -> impl Iterator<Item = &str> {
    prefix.match_indices('/').map(|(at, _)| &prefix[..at])
}

/// Automata, each of them once.
#[derive(Default)]
struct Automata {
    all: Vec<Automaton>,
    numbers: HashMap<Automaton, u32>,
}

impl Automata {
    fn number(&mut self, automaton: Automaton) -> u32 {
        let next = self.all.len() as u32;
        *self.numbers.entry(automaton).or_insert_with_key(|new| {
            self.all.push(new.clone());
            next
        })
    }
}

fn values(table: &RouteTable, automata: &mut Automata) -> Vec<ValuePattern> {
    let matches = table.rules.iter().flat_map(|rule| &rule.matches);
    let values = matches.flat_map(|m| m.headers.iter().chain(&m.query_params));
    let patterns = values.filter(|value| value.kind == MatchType::RegularExpression);
    let mut known: BTreeMap<&str, ValuePattern> = BTreeMap::new();
    for pattern in patterns.map(|value| &*value.value) {
        if !known.contains_key(pattern)
            && let Some(automaton) = Dfa::of(pattern).ok().and_then(|dfa| dfa.automaton())
        {
            let value = ValuePattern {
                pattern: pattern.to_owned(),
                automaton: automata.number(automaton),
            };
            known.insert(pattern, value);
        }
    }
    known.into_values().collect()
}

/// Patterns of paths that begin with the same elements.
struct PrefixGroup {
    /// Those elements, without a slash behind them.
    prefix: String,
    /// From the one whose matches come first on. What their automata read begins behind the prefix.
    patterns: Vec<GroupMember>,
}

struct GroupMember {
    pattern: String,
    place: MatchPlace,
    dfa: Dfa,
}

impl PrefixGroup {
    /// As few automata as their sizes allow, the first ones first. Patterns are numbered by their place in the group.
    fn merged(&self) -> Vec<Dfa> {
        let places: Vec<MatchPlace> = self.patterns.iter().map(|member| member.place).collect();
        let numbered = self.patterns.iter().enumerate().map(|(n, member)| Dfa {
            lists: vec![Box::default(), Box::new([n as u32])],
            ..member.dfa.clone()
        });
        let mut all: Vec<Dfa> = numbered.collect();
        for growth in GROWTH {
            let mut before = usize::MAX;
            while all.len() < before {
                before = all.len();
                all = in_pairs(all, &places, growth);
            }
            if all.len() <= MANY_AUTOMATA {
                break;
            }
        }
        all
    }

    /// The automaton with its patterns, which it numbers from 0 on.
    fn split(&self, dfa: &Dfa) -> (Option<Automaton>, Vec<String>) {
        let mut numbers: Vec<u32> = dfa.lists.iter().flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let number = |n: &u32| numbers.binary_search(n).unwrap_or_default() as u32;
        let lists = dfa.lists.iter();
        let dfa = Dfa {
            lists: lists
                .map(|list| list.iter().map(number).collect())
                .collect(),
            ..dfa.clone()
        };
        let members = numbers
            .iter()
            .map(|&n| self.patterns[n as usize].pattern.clone());
        (dfa.automaton(), members.collect())
    }
}

/// Merges each automaton with the next one, where that has not many more states than the two.
fn in_pairs(all: Vec<Dfa>, places: &[MatchPlace], growth: usize) -> Vec<Dfa> {
    let mut merged_ones = Vec::new();
    let mut left = all.into_iter();
    while let Some(one) = left.next() {
        let Some(other) = left.next() else {
            merged_ones.push(one);
            break;
        };
        let most = (one.len() + other.len()) * growth;
        let both = merged(&one, &other, places, most);
        match both.filter(|both| both.automaton().is_some()) {
            Some(both) => merged_ones.push(both),
            None => merged_ones.extend([one, other]),
        }
    }
    merged_ones
}

/// Groups in the order of their prefixes.
fn prefix_groups(table: &RouteTable) -> Vec<PrefixGroup> {
    let mut groups: BTreeMap<String, Vec<GroupMember>> = BTreeMap::new();
    for (pattern, place) in places(table) {
        let Ok(dfa) = Dfa::of(pattern) else {
            continue;
        };
        let prefix = elements(&dfa.literal_prefix());
        let member = GroupMember {
            pattern: pattern.to_owned(),
            place,
            dfa: match &*prefix {
                "" => Arc::unwrap_or_clone(dfa),
                prefix => dfa.behind(prefix.as_bytes()),
            },
        };
        groups.entry(prefix).or_default().push(member);
    }
    let groups = groups.into_iter();
    let groups = groups.map(|(prefix, patterns)| PrefixGroup { prefix, patterns });
    groups.collect()
}

/// The elements that a literal text begins with and that are complete, without a slash behind them.
fn elements(literal: &[u8]) -> String {
    let is_path = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#');
    let path = literal.iter().take_while(|byte| is_path(byte));
    let path: String = path.map(|&byte| char::from(byte)).collect();
    let elements = path.rsplit_once('/').map_or("", |(elements, _)| elements);
    match elements.starts_with('/') {
        true => elements.trim_end_matches('/').to_owned(),
        false => String::new(),
    }
}

/// The patterns of paths, from the one whose matches come first on.
fn places(table: &RouteTable) -> Vec<(&str, MatchPlace)> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut patterns: Vec<(&str, MatchPlace)> = Vec::new();
    for (at, m) in (0..).zip(table.ordered_matches()) {
        let is_regex = |path: &&PathMatch| path.kind == PathMatchType::RegularExpression;
        let with_path = m.and_then(|m| Some((m, m.path.as_ref().filter(is_regex)?)));
        let Some((m, path)) = with_path else {
            continue;
        };
        let number = *numbers.entry(&path.value).or_insert_with(|| {
            let (first, sure) = (at, None);
            patterns.push((&path.value, MatchPlace { first, sure }));
            patterns.len() - 1
        });
        let is_sure = m.hostname.is_none()
            && m.method.is_none()
            && m.headers.is_empty()
            && m.query_params.is_empty();
        if is_sure {
            patterns[number].1.sure.get_or_insert(at);
        }
    }
    patterns
}
