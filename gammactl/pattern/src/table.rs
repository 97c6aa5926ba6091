//! The automata of a route table's patterns.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use gamma_config::{
    MAX_STEPS, MAX_TABLE_STEPS, MatchType, PathMatch, PathMatchType, PathPatterns, Patterns,
    RouteTable, ValuePattern,
};

use crate::{
    dfa::Dfa,
    merge::{MatchPlace, merged},
};

/// Most automata that one path has to be read by: what bounds the time of a decision, whatever the patterns are. Each
/// takes a step for each byte of the path.
pub const MOST_AUTOMATA: usize = 128;

/// More automata than this are merged further, at the price of a larger config.
const MANY_AUTOMATA: usize = 64;
/// An automaton of two may have so many times their states.
const GROWTH: [usize; 4] = [1, 2, 4, 8];

/// States that are looked at to merge automata, for all patterns of a table. Then they stay as they are.
const MOST_PRODUCTS: usize = 1 << 20;

/// Patterns that are more than a path can be read by, or whose automata are more than a table may have. They match
/// nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TooManyAutomata(pub Vec<String>);

/// The automata for the patterns of `table`. What has none because it is no pattern is left out.
#[must_use]
pub fn compile(table: &RouteTable) -> (Patterns, TooManyAutomata) {
    let mut automata = Automata::default();
    let mut patterns = Patterns::default();
    let mut excess: Vec<String> = Vec::new();
    for pattern in value_patterns(table) {
        let Ok(dfa) = Dfa::of(pattern) else {
            continue;
        };
        let pattern = pattern.to_owned();
        match automata.number(&dfa) {
            Some(automaton) => patterns.values.push(ValuePattern { pattern, automaton }),
            None => excess.push(pattern),
        }
    }
    let none = automata.nothing(!excess.is_empty());
    let of_excess = excess
        .iter()
        .zip(none)
        .map(|(pattern, automaton)| ValuePattern {
            pattern: pattern.clone(),
            automaton,
        });
    patterns.values.extend(of_excess);
    let groups: Vec<PrefixGroup> = prefix_groups(table);
    let mut kept: HashMap<&str, usize> = HashMap::new();
    let mut of_paths = Vec::new();
    let mut budget = MOST_PRODUCTS;
    for group in &groups {
        // Prefixes come before those that they are prefixes of.
        let above = ancestors(&group.prefix).filter_map(|above| kept.get(above));
        let left = MOST_AUTOMATA.saturating_sub(above.sum());
        let merged = group.merged(&mut budget);
        kept.insert(&group.prefix, merged.len().min(left));
        for (n, merged) in merged.into_iter().enumerate() {
            let members = merged.members.iter();
            let members = members.map(|&n| group.patterns[n as usize].pattern.clone());
            let automaton = (n < left).then(|| automata.number(&merged.renumbered()));
            match automaton.flatten() {
                Some(automaton) => patterns.paths.push(PathPatterns {
                    prefix: group.prefix.clone(),
                    automaton,
                    patterns: members.collect(),
                }),
                None => of_paths.extend(members),
            }
        }
    }
    if let Some(automaton) = automata.nothing(!of_paths.is_empty()).next() {
        patterns.paths.push(PathPatterns {
            prefix: String::new(),
            automaton,
            patterns: of_paths.clone(),
        });
    }
    patterns.automata = automata.texts;
    excess.extend(of_paths);
    (patterns, TooManyAutomata(excess))
}

/// The prefixes of all paths below `prefix` that are shorter than it.
fn ancestors(prefix: &str) -> impl Iterator<Item = &str> {
    prefix.match_indices('/').map(|(at, _)| &prefix[..at])
}

/// Automata, each of them once.
#[derive(Default)]
struct Automata {
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
    /// Of all of them.
    steps: usize,
}

impl Automata {
    /// `None` if it is too large, or would be one too many.
    fn number(&mut self, dfa: &Dfa) -> Option<u32> {
        let text = dfa.automaton()?.text();
        if let Some(&known) = self.numbers.get(&text) {
            return Some(known);
        }
        let steps = self.steps + dfa.next.len();
        // One that matches nothing has room in any case.
        if steps > MAX_TABLE_STEPS - 2 && !dfa.is_empty() {
            return None;
        }
        self.steps = steps;
        let number = self.texts.len() as u32;
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        Some(number)
    }

    /// Again and again the number of one that matches nothing, if it is needed.
    fn nothing(&mut self, is_needed: bool) -> impl Iterator<Item = u32> + use<> {
        let nothing = is_needed.then(|| Dfa::of("[^\\x00-\\xff]").ok());
        let number = nothing.flatten().and_then(|dfa| self.number(&dfa));
        number.into_iter().flat_map(std::iter::repeat)
    }
}

/// The patterns of headers and query parameters, each of them once.
fn value_patterns(table: &RouteTable) -> impl Iterator<Item = &str> {
    let matches = table.rules.iter().flat_map(|rule| &rule.matches);
    let values = matches.flat_map(|m| m.headers.iter().chain(&m.query_params));
    let patterns = values.filter(|value| value.kind == MatchType::RegularExpression);
    let mut known: HashSet<&str> = HashSet::new();
    patterns
        .map(|value| &*value.value)
        .filter(move |&pattern| known.insert(pattern))
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

/// The automaton of some patterns of a group.
struct Merged {
    dfa: Dfa,
    /// Their numbers in the group, in ascending order.
    members: Vec<u32>,
}

impl Merged {
    /// Numbers the patterns from 0 on. Some may be in no list: those before them take every path.
    fn renumbered(&self) -> Dfa {
        let number = |n: &u32| self.members.binary_search(n).unwrap_or_default() as u32;
        let lists = self.dfa.lists.iter();
        Dfa {
            lists: lists
                .map(|list| list.iter().map(number).collect())
                .collect(),
            ..self.dfa.clone()
        }
    }
}

impl PrefixGroup {
    /// As few automata as their sizes allow, the first ones first. `budget` is how many states may be looked at.
    fn merged(&self, budget: &mut usize) -> Vec<Merged> {
        let places: Vec<MatchPlace> = self.patterns.iter().map(|member| member.place).collect();
        let numbered = self.patterns.iter().zip(0..).map(|(member, n)| Merged {
            dfa: Dfa {
                lists: vec![Box::default(), Box::new([n])],
                ..member.dfa.clone()
            },
            members: vec![n],
        });
        let mut all: Vec<Merged> = numbered.collect();
        for growth in GROWTH {
            let mut before = usize::MAX;
            let is_wanted = |count: usize| growth == 1 || count > MANY_AUTOMATA;
            // Not again and again for a few.
            while is_wanted(all.len()) && all.len() < before - before / 16 {
                before = all.len();
                all = in_pairs(all, &places, growth, budget);
            }
        }
        all
    }
}

/// Merges each automaton with the next one, where that has not many more states than the two.
fn in_pairs(
    all: Vec<Merged>,
    places: &[MatchPlace],
    growth: usize,
    budget: &mut usize,
) -> Vec<Merged> {
    let mut merged_ones = Vec::new();
    let mut left = all.into_iter();
    while let Some(one) = left.next() {
        let Some(other) = left.next() else {
            merged_ones.push(one);
            break;
        };
        let most = ((one.dfa.len() + other.dfa.len()) * growth).min(*budget);
        let both = merged(&one.dfa, &other.dfa, places, most);
        *budget -= both.as_ref().map_or(most, Dfa::len).min(*budget);
        match both.filter(|both| both.next.len() <= MAX_STEPS) {
            Some(dfa) => merged_ones.push(Merged {
                dfa,
                members: [one.members, other.members].concat(),
            }),
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
