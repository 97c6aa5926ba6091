//! The heart: which pairs of matches, one of each table, have requests in common that each of them
//! decides, and otherwise.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use gamma_config::Match;
use gamma_explain::request::Simulated;
use gamma_router::BuildError;

use super::{
    align,
    decide::{Decided, Decider},
    differences::{Difference, between},
    port_side::PortSide,
    region::{Region, Sizes},
    search::{Budget, search},
    space::{Aspect, Space},
    table::{EffectNumbers, MatchRow, rows},
    target::Targets,
    witness,
};

/// Regions of one pair that are looked at before it counts as unchanged: the more regions, the
/// harder it is to tell the two rules apart.
const REGIONS: usize = 24;

/// A class of requests that are decided otherwise now.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) request: Simulated,
    pub(super) old: Decided,
    pub(super) new: Decided,
}

/// What was found in one table.
#[derive(Debug)]
pub(super) struct Compared<'c> {
    pub(super) old: Vec<MatchRow<'c>>,
    pub(super) new: Vec<MatchRow<'c>>,
    pub(super) classes: Vec<Class>,
    /// What was not looked at, in words.
    pub(super) limits: Vec<String>,
}

/// Compares what clients get from one port; `None` if that is the same without looking at it.
pub(super) fn compare<'c>(
    old: PortSide<'c>,
    new: PortSide<'c>,
) -> Result<Option<Compared<'c>>, BuildError> {
    let own = |side: PortSide<'c>| &*side.port.cluster;
    if old.table == new.table && (old.table.is_some() || own(old) == own(new)) {
        return Ok(None);
    }
    let mut effects = EffectNumbers::default();
    let mut compared = Compared {
        old: rows(old.table, own(old), &mut effects),
        new: rows(new.table, own(new), &mut effects),
        classes: Vec::new(),
        limits: Vec::new(),
    };
    let changed = changed(&compared.old, &compared.new);
    if !changed.0.contains(&true) && !changed.1.contains(&true) {
        return Ok(None);
    }
    let targets = Targets::new(old, new)?;
    if targets.is_empty() {
        compared.limits.push(
            "no name or address leads to it both before and after: its routes were not compared"
                .into(),
        );
        return Ok(Some(compared));
    }
    let space = Space::new(compared.old.iter().chain(&compared.new), &targets);
    let mut pairs = Pairs {
        old: Listed::new(&compared.old, changed.0, &space),
        new: Listed::new(&compared.new, changed.1, &space),
        deciders: [
            Decider::new(&compared.old, old)?,
            Decider::new(&compared.new, new)?,
        ],
        space: &space,
        budget: Budget::new(),
        known: HashSet::new(),
        classes: Vec::new(),
    };
    pairs.plain();
    pairs.cross_origin();
    let (classes, given_up) = (pairs.classes, pairs.budget.given_up);
    compared.classes = classes;
    compared.limits = limits(&space, given_up);
    Ok(Some(compared))
}

fn limits(space: &Space, given_up: usize) -> Vec<String> {
    let mut limits: Vec<String> = space
        .cut
        .iter()
        .map(|aspect| {
            let part = match aspect {
                Aspect::Target => "hosts".into(),
                Aspect::Path => "paths".into(),
                Aspect::Method => "methods".into(),
                Aspect::Header(name) => format!("header `{name}`"),
                Aspect::QueryParam(name) => format!("query parameter `{name}`"),
            };
            format!("the patterns for {part} are too many or too large to follow to the end")
        })
        .collect();
    if given_up > 0 {
        limits.push(format!(
            "{given_up} pairs of matches overlap with too many others: they were not compared"
        ));
    }
    limits
}

/// Rows that are not the same, in the same order, on both sides. Where neither a changed row
/// of the old table nor one of the new table holds, both tables decide alike: all rows that hold
/// are the same and in the same order.
fn changed(old: &[MatchRow<'_>], new: &[MatchRow<'_>]) -> (Vec<bool>, Vec<bool>) {
    let everything = Match::default();
    let key = |row: &MatchRow<'_>| {
        let r#match = row.r#match.unwrap_or(&everything);
        (format!("{match:?}"), row.effect)
    };
    let mut numbers = HashMap::new();
    let mut number = |row: &MatchRow<'_>| {
        let next = numbers.len();
        *numbers.entry(key(row)).or_insert(next)
    };
    let old: Vec<usize> = old.iter().map(&mut number).collect();
    let new: Vec<usize> = new.iter().map(&mut number).collect();
    align::changed(&old, &new)
}

/// The rows of one side and where they hold.
struct Listed<'e> {
    rows: &'e [MatchRow<'e>],
    changed: Vec<bool>,
    /// `None`: nowhere.
    regions: Vec<Option<Region>>,
    /// For each row those before it that overlap with it.
    before: Vec<OnceCell<Vec<usize>>>,
}

impl<'e> Listed<'e> {
    fn new(rows: &'e [MatchRow<'e>], changed: Vec<bool>, space: &Space) -> Self {
        Self {
            changed,
            regions: rows.iter().map(|e| space.region(e.r#match)).collect(),
            before: vec![OnceCell::new(); rows.len()],
            rows,
        }
    }

    fn before(&self, row: usize, region: &Region) -> impl Iterator<Item = &Region> {
        let before = self.before[row].get_or_init(|| {
            let overlaps = |r: &Option<Region>| r.as_ref().is_some_and(|r| r.overlaps(region));
            (0..row).filter(|&b| overlaps(&self.regions[b])).collect()
        });
        before.iter().filter_map(|&b| self.regions[b].as_ref())
    }

    /// For each row how many of the first rows of `other` can decide requests that it decides.
    fn ends(&self, other: &Self, sizes: Sizes<'_>) -> Vec<usize> {
        let end = |region: &Region| {
            let covers =
                |o: &Option<Region>| o.as_ref().is_some_and(|o| region.is_within(o, sizes));
            let first = other.regions.iter().position(covers);
            first.map_or(other.regions.len(), |first| first + 1)
        };
        let regions = self.regions.iter();
        regions
            .map(|region| region.as_ref().map_or(0, end))
            .collect()
    }

    fn has_cors(&self, row: usize) -> bool {
        self.rows[row].rule.is_some_and(witness::has_cors)
    }
}

struct Pairs<'e> {
    old: Listed<'e>,
    new: Listed<'e>,
    deciders: [Decider<'e>; 2],
    space: &'e Space,
    budget: Budget,
    /// Old row and new row.
    known: HashSet<(usize, usize, Ask)>,
    classes: Vec<Class>,
}

impl Pairs<'_> {
    /// Every pair of matches of which one is changed and whose effects differ.
    fn plain(&mut self) {
        self.each(|pairs, old, new| {
            let is_changed = pairs.old.changed[old] || pairs.new.changed[new];
            let same = pairs.old.rows[old].effect == pairs.new.rows[new].effect;
            if is_changed && !same {
                pairs.pair(old, new, Ask::Plain);
            }
        });
    }

    /// Every pair of matches of which one has CORS. For preflights also if neither is changed: they
    /// also ask for the rule of another request, so that what is before it counts twice.
    fn cross_origin(&mut self) {
        self.each(|pairs, old, new| {
            if pairs.old.has_cors(old) || pairs.new.has_cors(new) {
                pairs.pair(old, new, Ask::CrossOrigin);
                pairs.pair(old, new, Ask::Preflight);
            }
        });
    }

    /// The pairs that may decide a request together: what is behind a match that holds for all
    /// requests of the other one does not.
    fn each(&mut self, mut compare: impl FnMut(&mut Self, usize, usize)) {
        let sizes = self.space.sizes();
        let ends = self.old.ends(&self.new, sizes);
        let other_ends = self.new.ends(&self.old, sizes);
        for (old, &end) in ends.iter().enumerate() {
            for (new, &other_end) in other_ends.iter().enumerate().take(end) {
                if old < other_end {
                    compare(self, old, new);
                }
            }
        }
    }

    fn pair(&mut self, old: usize, new: usize, ask: Ask) {
        let (Some(a), Some(b)) = (&self.old.regions[old], &self.new.regions[new]) else {
            return;
        };
        let Some(within) = a.intersect(b) else {
            return;
        };
        let without: Vec<&Region> = self
            .old
            .before(old, a)
            .chain(self.new.before(new, b))
            .filter(|other| other.overlaps(&within))
            .collect();
        let rules = [self.old.rows[old].rule, self.new.rows[new].rule];
        let origins = witness::origins(rules.into_iter().flatten());
        let (space, deciders) = (self.space, &self.deciders);
        let mut regions = 0;
        let mut found = None;
        search(
            &within,
            &without,
            space.sizes(),
            &mut self.budget,
            &mut |region| {
                found = match ask {
                    Ask::Plain => first(deciders, witness::requests(space, region)),
                    Ask::CrossOrigin => {
                        let plain = witness::requests(space, region).swap_remove(0);
                        let known = differences(deciders, &plain);
                        // What also a request from the same origin would show is known.
                        first(deciders, witness::cross_origin(&plain, &origins)).filter(|class| {
                            let (old, new) = (&class.old.outcome, &class.new.outcome);
                            between(old, new).iter().any(|one| !known.contains(one))
                        })
                    }
                    Ask::Preflight => {
                        let plain = witness::by_method(space, region);
                        let preflights = plain.iter();
                        first(
                            deciders,
                            preflights.flat_map(|plain| witness::preflights(plain, &origins)),
                        )
                    }
                };
                regions += 1;
                match found.is_some() || regions >= REGIONS {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            },
        );
        if let Some(class) = found {
            let key = (class.old.row, class.new.row, ask);
            if self.known.insert(key) {
                self.classes.push(class);
            }
        }
    }
}

/// Which requests are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ask {
    /// As from a program.
    Plain,
    /// As from a page of another origin.
    CrossOrigin,
    /// What a browser asks before those.
    Preflight,
}

/// The first request that is decided otherwise.
fn first(
    deciders: &[Decider<'_>; 2],
    requests: impl IntoIterator<Item = Simulated>,
) -> Option<Class> {
    requests.into_iter().find_map(|request| {
        let [old, new] = deciders.each_ref().map(|decider| decider.decide(&request));
        let class = Class { request, old, new };
        (class.old.outcome != class.new.outcome).then_some(class)
    })
}

fn differences(deciders: &[Decider<'_>; 2], request: &Simulated) -> Vec<Difference> {
    let [old, new] = deciders.each_ref().map(|decider| decider.decide(request));
    between(&old.outcome, &new.outcome)
}
