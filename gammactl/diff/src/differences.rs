//! The outcomes of one request on both sides are compared here: one line for each difference.

use std::collections::{BTreeMap, BTreeSet};

use gamma_compile::Share;

use super::{
    effects::Effects,
    outcome::{AnsweredBy, RequestOutcome},
};

/// Something that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Name of the thing that differs.
    pub what: String,
    /// Before; `None` for nothing.
    pub before: Option<String>,
    /// After; `None` for nothing.
    pub after: Option<String>,
}

/// All differences; none if the outcomes are equal.
pub(super) fn between(old: &RequestOutcome, new: &RequestOutcome) -> Vec<Difference> {
    let (old, new) = (Named::new(old), Named::new(new));
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
        .treatments
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

/// An outcome with a name for each of its treatments: who answers, and a number where that is not all.
struct Named<'o> {
    treatments: Vec<(String, Share, &'o Effects)>,
}

impl<'o> Named<'o> {
    fn new(outcome: &'o RequestOutcome) -> Self {
        let mut seen: BTreeMap<&AnsweredBy, usize> = BTreeMap::new();
        let mut treatments = Vec::new();
        for (share, treatment) in &outcome.treatments {
            let count = seen.entry(&treatment.answered_by).or_default();
            *count += 1;
            // One cluster can be there twice, with other filters.
            let mut name = treatment.answered_by.to_string();
            if *count > 1 {
                name = format!("{name} ({count})");
            }
            treatments.push((name, *share, &treatment.effects));
        }
        Self { treatments }
    }

    /// The names of the treatments of both sides.
    fn names<'s>(&'s self, other: &'s Self) -> BTreeSet<&'s String> {
        let treatments = self.treatments.iter().chain(&other.treatments);
        treatments.map(|(name, ..)| name).collect()
    }

    /// All treatments in one line, with their shares if there are several.
    fn list(&self) -> String {
        let names: Vec<String> = match &*self.treatments {
            [(name, ..)] => vec![name.clone()],
            several => {
                let one = |(name, share, _): &(String, Share, _)| format!("{share} {name}");
                several.iter().map(one).collect()
            }
        };
        names.join(", ")
    }

    fn share(&self, name: &str) -> Option<String> {
        let found = self.treatments.iter().find(|(other, ..)| other == name);
        found.map(|(_, share, _)| share.to_string())
    }

    fn labels(&self) -> impl Iterator<Item = &'o String> {
        self.treatments
            .iter()
            .flat_map(|&(_, _, values)| values.keys())
    }

    fn value(&self, name: &str, label: &str) -> Option<String> {
        let (.., values) = self.treatments.iter().find(|(other, ..)| other == name)?;
        values.get(label).cloned()
    }

    /// The value, if it is the same for all treatments.
    fn common(&self, label: &str) -> Option<Option<String>> {
        let mut values = self.treatments.iter().map(|(.., values)| values.get(label));
        let first = values.next()?;
        values.all(|value| value == first).then(|| first.cloned())
    }
}
