//! The search for requests that the two matches of a pair, one of each table, decide differently.

use std::{collections::HashSet, ops::ControlFlow};

use gamma_explain::request::Simulated;

use super::{
    cors,
    decide::{Decided, Decider},
    differences::{Difference, between},
    region::Region,
    row_regions::RowRegions,
    search::{Budget, search},
    space::Space,
    witness,
};

/// Regions of one pair that are looked at before it counts as unchanged: the more regions, the
/// harder it is to tell the two rules apart.
const REGIONS: usize = 24;

/// A class of requests that are decided otherwise now.
#[derive(Debug)]
pub(super) struct ChangedClass {
    pub(super) request: Simulated,
    pub(super) old: Decided,
    pub(super) new: Decided,
}

/// Which requests are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ask {
    /// A request as a program sends it.
    Plain,
    /// A request as a browser sends it for a page of another origin.
    CrossOrigin,
    /// The preflight that a browser sends before such a request.
    Preflight,
}

/// All pairs of a row of the old table and a row of the new one.
#[derive(Debug)]
pub(super) struct RowPairs<'e> {
    old: RowRegions<'e>,
    new: RowRegions<'e>,
    deciders: [Decider<'e>; 2],
    space: &'e Space,
    budget: Budget,
    /// Old row and new row.
    known: HashSet<(usize, usize, Ask)>,
    classes: Vec<ChangedClass>,
    /// Pairs of matches that have requests in common.
    pub(super) looked_at: usize,
}

impl<'e> RowPairs<'e> {
    pub(super) fn new(
        old: RowRegions<'e>,
        new: RowRegions<'e>,
        deciders: [Decider<'e>; 2],
        space: &'e Space,
    ) -> Self {
        Self {
            old,
            new,
            deciders,
            space,
            budget: Budget::new(),
            known: HashSet::new(),
            classes: Vec::new(),
            looked_at: 0,
        }
    }

    /// The classes that were found, and how many pairs were given up.
    pub(super) fn finish(self) -> (Vec<ChangedClass>, usize) {
        (self.classes, self.budget.given_up)
    }

    /// Every pair of matches of which one is changed and whose effects differ.
    pub(super) fn plain(&mut self) {
        self.each(|pairs, old, new| {
            let is_changed = pairs.old.changed[old] || pairs.new.changed[new];
            let same = pairs.old.rows[old].effect == pairs.new.rows[new].effect;
            pairs.looked_at += usize::from(pairs.overlap(old, new));
            if is_changed && !same {
                pairs.pair(old, new, Ask::Plain);
            }
        });
    }

    /// Every pair of matches of which one has CORS. For preflights also if neither is changed: they
    /// also ask for the rule of another request, so that what is before it counts twice.
    pub(super) fn cross_origin(&mut self) {
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

    fn overlap(&self, old: usize, new: usize) -> bool {
        let regions = (&self.old.regions[old], &self.new.regions[new]);
        matches!(regions, (Some(a), Some(b)) if a.overlaps(b))
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
        let origins = cors::origins(rules.into_iter().flatten());
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
                        // Differences that a request from the same origin shows are known.
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
                if found.is_some() || regions >= REGIONS {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
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

/// The first request that is decided otherwise.
fn first(
    deciders: &[Decider<'_>; 2],
    requests: impl IntoIterator<Item = Simulated>,
) -> Option<ChangedClass> {
    requests.into_iter().find_map(|request| {
        let [old, new] = deciders.each_ref().map(|decider| decider.decide(&request));
        let class = ChangedClass { request, old, new };
        (class.old.outcome != class.new.outcome).then_some(class)
    })
}

fn differences(deciders: &[Decider<'_>; 2], request: &Simulated) -> Vec<Difference> {
    let [old, new] = deciders.each_ref().map(|decider| decider.decide(request));
    between(&old.outcome, &new.outcome)
}
