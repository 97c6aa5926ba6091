//! The requests that each match of a table selects, and the earlier matches that select some of
//! them first.

use std::cell::OnceCell;

use super::{
    cors,
    region::{Region, Sizes},
    space::Space,
    table::MatchRow,
};

/// The rows of one side, and where they hold.
#[derive(Debug)]
pub(super) struct RowRegions<'e> {
    pub(super) rows: &'e [MatchRow<'e>],
    /// Whether a row is not there, or not in the same order, on the other side.
    pub(super) changed: Vec<bool>,
    /// `None`: nowhere.
    pub(super) regions: Vec<Option<Region>>,
    /// For each row those before it that overlap with it.
    before: Vec<OnceCell<Vec<usize>>>,
}

impl<'e> RowRegions<'e> {
    pub(super) fn new(rows: &'e [MatchRow<'e>], changed: Vec<bool>, space: &Space) -> Self {
        Self {
            changed,
            regions: rows.iter().map(|e| space.region(&e.predicates)).collect(),
            before: vec![OnceCell::new(); rows.len()],
            rows,
        }
    }

    pub(super) fn before(&self, row: usize, region: &Region) -> impl Iterator<Item = &Region> {
        let before = self.before[row].get_or_init(|| {
            let overlaps = |r: &Option<Region>| r.as_ref().is_some_and(|r| r.overlaps(region));
            (0..row).filter(|&b| overlaps(&self.regions[b])).collect()
        });
        before.iter().filter_map(|&b| self.regions[b].as_ref())
    }

    /// For each row how many of the first rows of `other` can decide requests that it decides.
    pub(super) fn ends(&self, other: &Self, sizes: Sizes<'_>) -> Vec<usize> {
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

    pub(super) fn has_cors(&self, row: usize) -> bool {
        self.rows[row].rule.is_some_and(cors::has_cors)
    }
}
