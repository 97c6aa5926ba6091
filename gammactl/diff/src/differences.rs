//! In what two outcomes differ, one line for each.

use std::collections::{BTreeMap, BTreeSet};

use gamma_compile::Share;

use super::outcome::{Outcome, Target};

/// Something that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub what: String,
    /// Before; `None` for nothing.
    pub before: Option<String>,
    /// After; `None` for nothing.
    pub after: Option<String>,
}

/// What holds for all answers of an outcome that can have it, or for some.
type Values = BTreeMap<String, String>;

/// All differences; none if the outcomes are equal.
pub(super) fn between(old: &Outcome, new: &Outcome) -> Vec<Difference> {
    let (old, new) = (Side::new(old), Side::new(new));
    let mut differences = Vec::new();
    let mut add = |what: String, before: Option<String>, after: Option<String>| {
        if before != after {
            differences.push(Difference {
                what,
                before,
                after,
            });
        }
    };
    let common = old
        .targets
        .iter()
        .any(|(name, ..)| new.share(name).is_some());
    if common {
        for name in old.names(&new) {
            add(format!("to {name}"), old.share(name), new.share(name));
        }
    } else {
        add("answer".into(), Some(old.list()), Some(new.list()));
    }
    let labels: BTreeSet<&String> = old.labels().chain(new.labels()).collect();
    for label in labels {
        if let (Some(before), Some(after)) = (old.common(label), new.common(label)) {
            add(label.clone(), before, after);
            continue;
        }
        for name in old.names(&new) {
            let what = format!("{label}, to {name}");
            add(what, old.value(name, label), new.value(name, label));
        }
    }
    differences
}

/// An outcome with a name for each of its answers.
struct Side<'o> {
    targets: Vec<(String, Share, &'o Values)>,
}

impl<'o> Side<'o> {
    fn new(outcome: &'o Outcome) -> Self {
        let mut seen: BTreeMap<&Target, usize> = BTreeMap::new();
        let mut targets = Vec::new();
        for (share, answer) in &outcome.answers {
            let count = seen.entry(&answer.target).or_default();
            *count += 1;
            // One cluster can be there twice, with other filters.
            let name = match *count {
                1 => answer.target.to_string(),
                count => format!("{} ({count})", answer.target),
            };
            targets.push((name, *share, &answer.effects));
        }
        Self { targets }
    }

    /// The names of the answers of both sides.
    fn names<'s>(&'s self, other: &'s Self) -> BTreeSet<&'s String> {
        let targets = self.targets.iter().chain(&other.targets);
        targets.map(|(name, ..)| name).collect()
    }

    /// All answers in one line, with their shares if there are several.
    fn list(&self) -> String {
        let names: Vec<String> = match &*self.targets {
            [(name, ..)] => vec![name.clone()],
            several => {
                let one = |(name, share, _): &(String, Share, _)| format!("{share} {name}");
                several.iter().map(one).collect()
            }
        };
        names.join(", ")
    }

    fn share(&self, name: &str) -> Option<String> {
        let found = self.targets.iter().find(|(other, ..)| other == name);
        found.map(|(_, share, _)| share.to_string())
    }

    fn labels(&self) -> impl Iterator<Item = &'o String> {
        self.targets
            .iter()
            .flat_map(|&(_, _, values)| values.keys())
    }

    fn value(&self, name: &str, label: &str) -> Option<String> {
        let (.., values) = self.targets.iter().find(|(other, ..)| other == name)?;
        values.get(label).cloned()
    }

    /// The value, if it is the same for all answers.
    fn common(&self, label: &str) -> Option<Option<String>> {
        let mut values = self.targets.iter().map(|(.., values)| values.get(label));
        let first = values.next()?;
        values.all(|value| value == first).then(|| first.cloned())
    }
}
