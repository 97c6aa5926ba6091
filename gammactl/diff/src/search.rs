//! The search for a request that is in one region and in none of several others.

use std::ops::ControlFlow;

use super::region::{Region, Sizes};

/// Comparisons of regions that one search may take.
const STEPS_OF_A_SEARCH: u64 = 200_000;
/// Comparisons of regions that all searches of one table may take.
const STEPS: u64 = 100_000_000;

/// How much may still be searched.
#[derive(Debug)]
pub(super) struct Budget {
    steps: u64,
    /// Searches that were given up.
    pub(super) given_up: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            steps: STEPS,
            given_up: 0,
        }
    }
}

/// Calls `found` with regions that cover all of `within` that is in none of `without`, until it
/// says to stop.
pub(super) fn search(
    within: &Region,
    without: &[&Region],
    sizes: Sizes<'_>,
    budget: &mut Budget,
    found: &mut impl FnMut(&Region) -> ControlFlow<()>,
) {
    let allowed = STEPS_OF_A_SEARCH.min(budget.steps);
    let mut search = Search {
        sizes,
        steps: allowed,
        found,
        exhausted: false,
    };
    let _ = search.visit(within.clone(), without);
    budget.given_up += usize::from(search.exhausted);
    budget.steps -= allowed - search.steps;
}

struct Search<'s, F> {
    sizes: Sizes<'s>,
    steps: u64,
    found: &'s mut F,
    exhausted: bool,
}

impl<F: FnMut(&Region) -> ControlFlow<()>> Search<'_, F> {
    fn visit(&mut self, mut within: Region, without: &[&Region]) -> ControlFlow<()> {
        let mut without = without.to_vec();
        loop {
            let cost = without.len() as u64 + 1;
            if self.steps < cost {
                self.exhausted = true;
                return ControlFlow::Break(());
            }
            self.steps -= cost;
            // Regions that leave one piece when taken away come first: nothing has to be tried.
            let before = without.len();
            let mut several = Vec::with_capacity(before);
            for other in without {
                if !within.overlaps(other) {
                    continue;
                }
                match within.pieces(other, self.sizes) {
                    0 => return ControlFlow::Continue(()),
                    1 => within = within.minus(other, self.sizes).swap_remove(0),
                    _ => several.push(other),
                }
            }
            without = several;
            // The region is smaller now, so that others may leave one piece as well.
            if without.len() < before {
                continue;
            }
            let Some(other) = without.pop() else {
                return (self.found)(&within);
            };
            for piece in within.minus(other, self.sizes) {
                self.visit(piece, &without)?;
            }
            return ControlFlow::Continue(());
        }
    }
}
