//! The regular expressions of a route table that the config has automata for, while the table is built.

use std::sync::Arc;

use gamma_config::{Automaton, Patterns};

use crate::{
    candidates::{Candidates, PatternGroup},
    error::BuildError,
    interner::Interner,
    path::PathTreeBuilder,
    value_patterns::ValuePatterns,
};

#[derive(Debug, Default)]
pub(crate) struct PatternsBuilder {
    /// The number of each pattern of a path.
    paths: Interner<()>,
    pub(crate) values: ValuePatterns,
    groups: Vec<PathGroup>,
}

/// Patterns of paths that one automaton reads.
#[derive(Debug)]
struct PathGroup {
    /// The number of the prefix that they have in common, if there is one.
    prefix: Option<u32>,
    /// How many bytes it is long.
    skipped: usize,
    automaton: Arc<Automaton>,
    /// Their numbers, as the automaton orders them.
    patterns: Vec<u32>,
}

impl PatternsBuilder {
    /// Validation has found an automaton for each of them. Prefixes become paths of the tree.
    pub(crate) fn new(patterns: &Patterns, tree: &mut PathTreeBuilder) -> Result<Self, BuildError> {
        let automata = patterns.automata.iter();
        let automata = automata.map(|text| Some(Arc::new(Automaton::read(text).ok()?)));
        let automata: Vec<Option<Arc<Automaton>>> = automata.collect();
        let automaton = |number: u32| automata.get(number as usize)?.clone();
        let mut builder = Self::default();
        for value in &patterns.values {
            if let Some(automaton) = automaton(value.automaton) {
                builder.values.add(&value.pattern, automaton);
            }
        }
        for paths in &patterns.paths {
            let Some(automaton) = automaton(paths.automaton) else {
                continue;
            };
            let numbers = paths.patterns.iter();
            let numbers = numbers.map(|pattern| builder.paths.id(pattern.as_bytes(), || ()));
            let group = PathGroup {
                patterns: numbers.collect(),
                prefix: match &*paths.prefix {
                    "" => None,
                    prefix => Some(tree.prefix(prefix)?),
                },
                skipped: paths.prefix.len(),
                automaton,
            };
            builder.groups.push(group);
        }
        Ok(builder)
    }

    /// The number of a pattern of a path.
    pub(crate) fn path(&self, pattern: &str) -> Option<u32> {
        self.paths.number(pattern.as_bytes())
    }

    /// How many patterns of paths there are.
    pub(crate) fn len(&self) -> usize {
        self.paths.len()
    }

    /// Of the candidates of each pattern of a path, in the order of their numbers.
    pub(crate) fn build(self, candidates: impl Iterator<Item = Candidates>) -> PatternGroups {
        let mut candidates: Vec<Candidates> = candidates.collect();
        // A pattern that two groups claim is the first one's.
        let mut taken = |number: u32| candidates.get_mut(number as usize).map(std::mem::take);
        let mut groups = PatternGroups::default();
        for group in self.groups {
            let patterns = group.patterns.into_iter();
            let patterns = patterns.map(|number| taken(number).unwrap_or_default());
            let compiled = PatternGroup::new(group.skipped, group.automaton, patterns.collect());
            groups.below(group.prefix).push(compiled);
        }
        groups
    }
}

/// Compiled patterns of paths.
#[derive(Debug, Default)]
pub(crate) struct PatternGroups {
    /// Those that have no prefix.
    anywhere: Vec<PatternGroup>,
    /// By the number of the prefix.
    by_prefix: Vec<Vec<PatternGroup>>,
}

impl PatternGroups {
    fn below(&mut self, prefix: Option<u32>) -> &mut Vec<PatternGroup> {
        let Some(prefix) = prefix else {
            return &mut self.anywhere;
        };
        let prefix = prefix as usize;
        if self.by_prefix.len() <= prefix {
            self.by_prefix
                .resize_with(prefix.saturating_add(1), Vec::new);
        }
        self.by_prefix.get_mut(prefix).unwrap_or(&mut self.anywhere)
    }

    /// `plain` candidates, and beside them the patterns below that prefix, or below none.
    pub(crate) fn beside(&mut self, prefix: Option<u32>, plain: Candidates) -> Candidates {
        match prefix {
            Some(prefix) if self.by_prefix.len() <= prefix as usize => plain,
            _ => plain.with_patterns(std::mem::take(self.below(prefix))),
        }
    }
}
